using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace EosMLNet.LibTorch;

/// <summary>
/// Loads libtorch once per process: the one packaged beside the program, or an existing one (<c>EOS_LIBTORCH</c>), with the compatibility
/// load for hosts whose libstdc++ is older than GCC 13's. Safe to call from any thread.
/// </summary>
public static class TorchRuntime
{
    /// <summary>The environment variable that names an existing libtorch folder, such as <c>torch/lib</c> of a Python PyTorch.</summary>
    public const string LibTorchVariable = "EOS_LIBTORCH";

    private static readonly Lock Gate = new();
    private static volatile bool loaded;
    private static EosException? failure;
    private static nint adjusted;
    private static (bool Made, string? Folder) choice; // of the libtorch, made before its libraries are loaded

    /// <summary>True when the LibTorchSharp of this process is the adjusted copy (see build/docs/adr/0005).</summary>
    public static bool UsesCompatibilityCopy => adjusted != 0;

    /// <summary>The existing libtorch folder that this process has loaded, or null when it uses the packaged one.</summary>
    public static string? ExistingFolder { get; private set; }

    /// <summary>
    /// Loads the native libraries if this process has not done so yet. Every entry point that touches a tensor calls this first.
    /// </summary>
    /// <exception cref="EosException">EOS2001: libtorch or LibTorchSharp cannot be loaded.</exception>
    public static void EnsureLoaded() => EnsureLoaded(null);

    /// <summary>Loads the native libraries if this process has not done so yet.</summary>
    /// <param name="libTorchFolder">An existing libtorch to use instead of the packaged one; null means the variable
    /// <see cref="LibTorchVariable"/>, and the packaged one when that is not set.</param>
    /// <exception cref="EosException">EOS2001: libtorch or LibTorchSharp cannot be loaded, or another libtorch has been loaded
    /// before.</exception>
    public static void EnsureLoaded(string? libTorchFolder)
    {
        if (loaded && libTorchFolder is null)
            return;
        lock (Gate)
        {
            if (failure is not null)
                throw new EosException(failure.Code, failure.Detail, failure.InnerException); // half-loaded natives cannot be unloaded
            if (loaded && libTorchFolder is null)
                return;
            var folder = Asked(libTorchFolder);
            if (!loaded)
                Load(folder);
            else if (folder != ExistingFolder)
                throw new EosException(EosErrors.LibTorch, $"The libtorch in '{folder}' was asked for, but this process has loaded " +
                    $"{(ExistingFolder is null ? "the packaged one" : $"the one in '{ExistingFolder}'")}. Name it before anything else " +
                    "uses torch.");
        }
    }

    private static void Load(string? existingFolder)
    {
        OpenMpWaiting.Sleep();
        CudaSwitches.Set();
        try
        {
            choice = (true, existingFolder);
            if (existingFolder is not null)
                LoadExisting(existingFolder);
            else
                LoadPackaged();
            ExistingFolder = existingFolder;
            loaded = true;
        }
        catch (EosException e)
        {
            failure = e;
            throw;
        }
    }

    private static void LoadPackaged()
    {
        NativeLibrary.TryLoad("torch_cpu", TorchSharpAssembly, null, out _); // where the two packages' files lie in two folders
        LoadTorchSharp(LibTorchPackage.Absence);
    }

    private static void LoadExisting(string folder)
    {
        ExistingLibTorch.Load(folder, CompatibilityCopy.FindOriginal());
        if (OperatingSystem.IsLinux())
        {
            DecoyLibrary.Load("torch_cpu.so");
            DecoyLibrary.Load("torch_cuda.so");
        }
        LoadTorchSharp(reason =>
            $"TorchSharp's native library does not load with the libtorch in '{folder}': {reason}. Expected libtorch " +
            $"{ExistingLibTorch.ExpectedVersion}. `eos doctor` tells more.");
        var copies = LoadedLibraries.All("torch_cpu");
        if (copies.Count > 1)
            throw new EosException(EosErrors.LibTorch, $"Two copies of libtorch are loaded: {string.Join(" and ", copies)}. " +
                "On this system an existing libtorch needs a program without a packaged one: remove the libtorch package from the " +
                $"project, or {LibTorchVariable}.");
    }

    // Loading LibTorchSharp before TorchSharp does so keeps its trace of a hundred lines off the standard output. The loader's own dozen
    // lines stay in the inner exception.
    private static void LoadTorchSharp(Func<string, string> message)
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", TorchSharpAssembly, null);
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e)
            when (e is DllNotFoundException or BadImageFormatException or NotSupportedException or TypeInitializationException)
        {
            throw new EosException(EosErrors.LibTorch, message(LibTorchPackage.Reason(e.GetBaseException().Message)), e);
        }
    }

    private static string? Asked(string? libTorchFolder)
    {
        var asked = libTorchFolder ?? Environment.GetEnvironmentVariable(LibTorchVariable);
        return string.IsNullOrEmpty(asked) ? null : ExistingLibTorch.Locate(asked);
    }

    // A program may use torch itself before it calls anything that loads it here: then TorchSharp loads its libraries, and finds them the
    // same way. A plugin has both in a context of its own.
#pragma warning disable CA2255 // only listens; it loads nothing and cannot fail
    [ModuleInitializer]
    internal static void Listen() => AssemblyLoadContext.GetLoadContext(typeof(TorchRuntime).Assembly)!.ResolvingUnmanagedDll += Resolve;
#pragma warning restore CA2255

    // Called only after the regular probing for a library has failed.
    private static nint Resolve(Assembly asking, string name)
    {
        if (asking.GetName().Name != "TorchSharp" || name is not ("LibTorchSharp" or "torch_cpu" or "torch_cuda"))
            return 0;
        var folder = choice.Made ? choice.Folder : Asked(null);
        if (name == "LibTorchSharp")
            return LoadAdjusted(folder is null ? LoadBesideOriginal : _ => ExistingLibTorch.Load(folder, null));
        return folder is not null && NativeLibrary.TryLoad(Path.Combine(folder, ExistingLibTorch.FileName(name)), out var handle) ? handle
            : 0;
    }

    // typeof does not run the type's initialiser, which is what loads the native libraries.
    private static Assembly TorchSharpAssembly => typeof(torch).Assembly;

    // Called only after the regular probing for the library has failed.
    private static nint LoadAdjusted(Action<string> loadNeeds)
    {
        if (adjusted != 0 || !OperatingSystem.IsLinux() || CompatibilityCopy.FindOriginal() is not { } original)
            return adjusted;
        loadNeeds(Path.GetDirectoryName(original)!);
        return adjusted = CompatibilityCopy.Load(original);
    }

    // The copy lies elsewhere, so what the original finds beside itself must be loaded before.
    private static void LoadBesideOriginal(string folder)
    {
        foreach (var library in new[] { "c10", "torch_cpu", "torch" })
            NativeLibrary.TryLoad(Path.Combine(folder, ExistingLibTorch.FileName(library)), out _);
    }
}
