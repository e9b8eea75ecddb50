using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace EosMLNet.Runtime;

/// <summary>
/// Loads libtorch once per process: the one packaged beside the program, or an existing one (<c>EOS_LIBTORCH</c>), with the compatibility load for
/// hosts whose libstdc++ is older than GCC 13's. Safe to call from any thread.
/// </summary>
public static class TorchRuntime
{
    /// <summary>The environment variable that names an existing libtorch folder, such as <c>torch/lib</c> of a Python PyTorch.</summary>
    public const string LibTorchVariable = "EOS_LIBTORCH";

    private static readonly Lock Gate = new();
    private static bool loaded;
    private static EosException? failure;
    private static nint adjusted;

    /// <summary>True when the LibTorchSharp of this process is the adjusted copy (see build/docs/adr/0005).</summary>
    public static bool UsesCompatibilityCopy => adjusted != 0;

    /// <summary>The existing libtorch folder that this process has loaded, or null when it uses the packaged one.</summary>
    public static string? ExistingFolder { get; private set; }

    /// <summary>Loads the native libraries if this process has not done so yet. Every entry point that touches a tensor calls this first.</summary>
    /// <exception cref="EosException">EOS2001: libtorch or LibTorchSharp cannot be loaded.</exception>
    public static void EnsureLoaded() => EnsureLoaded(null);

    /// <summary>Loads the native libraries if this process has not done so yet.</summary>
    /// <param name="libTorchFolder">An existing libtorch to use instead of the packaged one; null means the variable <see cref="LibTorchVariable"/>, and the packaged one when that is not set.</param>
    /// <exception cref="EosException">EOS2001: libtorch or LibTorchSharp cannot be loaded, or another libtorch has been loaded before.</exception>
    public static void EnsureLoaded(string? libTorchFolder)
    {
        lock (Gate)
        {
            if (failure is not null)
                throw new EosException(failure.Code, failure.Detail, failure); // half-loaded natives cannot be unloaded
            if (loaded && libTorchFolder is null)
                return;
            var existing = libTorchFolder ?? Environment.GetEnvironmentVariable(LibTorchVariable);
            var folder = string.IsNullOrEmpty(existing) ? null : ExistingLibTorch.Locate(existing);
            if (!loaded)
                Load(folder);
            else if (folder != ExistingFolder)
                throw new EosException(EosErrors.LibTorch, $"The libtorch in '{folder}' was asked for, but this process has loaded " +
                    $"{(ExistingFolder is null ? "the packaged one" : $"the one in '{ExistingFolder}'")}. Name it before anything else uses torch.");
        }
    }

    private static void Load(string? existingFolder)
    {
        OpenMpWaiting.Sleep();
        CudaSwitches.Set();
        try
        {
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
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == "LibTorchSharp" ? LoadAdjusted(LoadBesideOriginal) : 0;
        NativeLibrary.TryLoad("torch_cpu", TorchSharpAssembly, null, out _); // where the two packages' files lie in two folders
        LoadTorchSharp($"Expected the package libtorch-cpu-{RuntimeInformation.RuntimeIdentifier} beside the program. Add it to the application's project, " +
            $"or name an existing libtorch folder in {LibTorchVariable}.");
    }

    private static void LoadExisting(string folder)
    {
        ExistingLibTorch.Load(folder, CompatibilityCopy.FindOriginal());
        if (OperatingSystem.IsLinux())
        {
            DecoyLibrary.Load("torch_cpu.so");
            DecoyLibrary.Load("torch_cuda.so");
        }
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
        {
            "LibTorchSharp" => LoadAdjusted(_ => { }),
            "torch_cpu" or "torch_cuda" => NativeLibrary.TryLoad(Path.Combine(folder, ExistingLibTorch.FileName(name)), out var handle) ? handle : 0,
            _ => 0,
        };
        LoadTorchSharp($"It should work with the libtorch in '{folder}'.");
        var copies = LoadedLibraries.All("torch_cpu");
        if (copies.Count > 1)
            throw new EosException(EosErrors.LibTorch, $"Two copies of libtorch are loaded: {string.Join(" and ", copies)}. " +
                $"On this system an existing libtorch needs a program without a packaged one: remove the libtorch package from the project, or {LibTorchVariable}.");
    }

    // Loading LibTorchSharp before TorchSharp does so keeps its trace of a hundred lines off the standard output, and tells the reason.
    private static void LoadTorchSharp(string advice)
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", TorchSharpAssembly, null);
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or NotSupportedException or TypeInitializationException)
        {
            throw new EosException(EosErrors.LibTorch, $"TorchSharp's native library could not be loaded: {e.GetBaseException().Message.Trim()} {advice} `eos doctor` tells more.", e);
        }
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
