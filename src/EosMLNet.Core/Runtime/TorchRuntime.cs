using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace EosMLNet.Runtime;

/// <summary>Loads libtorch once per process, with the compatibility load for hosts whose libstdc++ is older than GCC 13's.</summary>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool loaded;

    /// <summary>True when the LibTorchSharp of this process is the adjusted copy (see <see cref="CompatibilityCopy"/>).</summary>
    public static bool UsesCompatibilityCopy { get; private set; }

    /// <summary>Loads the native libraries if this process has not done so yet. Every entry point that touches a tensor calls this first.</summary>
    /// <exception cref="EosException">EOS2001: libtorch or LibTorchSharp cannot be loaded.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (loaded)
                return;
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += ResolveAdjusted;
            try
            {
                torch.InitializeDeviceType(DeviceType.CPU);
            }
            catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException)
            {
                throw new EosException(EosErrors.LibTorch,
                    $"libtorch could not be loaded: {e.GetBaseException().Message} Expected the package libtorch-cpu-{RuntimeInformation.RuntimeIdentifier} " +
                    "beside the program. Add it to the application's project, or name an existing libtorch folder in EOS_LIBTORCH; `eos doctor` tells more.", e);
            }
            loaded = true;
        }
    }

    // Raised only after the regular probing for the library has failed.
    private static nint ResolveAdjusted(System.Reflection.Assembly assembly, string name)
    {
        if (name != "LibTorchSharp" || !OperatingSystem.IsLinux() || CompatibilityCopy.FindOriginal() is not { } original)
            return 0;
        var folder = Path.GetDirectoryName(original)!;
        foreach (var library in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            if (!NativeLibrary.TryLoad(Path.Combine(folder, library), out _))
                return 0;
        if (CompatibilityCopy.Make(original) is not { } copy || !NativeLibrary.TryLoad(copy, out var handle))
            return 0;
        UsesCompatibilityCopy = true;
        return handle;
    }
}
