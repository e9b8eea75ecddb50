using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using TorchSharp;

namespace EosMLNet.LibTorch;

/// <summary>Looks at the machine and at what torch finds on it, and never throws: what is wrong is in the facts.</summary>
public static partial class Doctor
{
    /// <summary>Tries to load torch and tells what was found.</summary>
    /// <param name="libTorchFolder">As for <see cref="TorchRuntime.EnsureLoaded(string?)"/>.</param>
    public static RuntimeFacts Examine(string? libTorchFolder = null)
    {
        var facts = Machine();
        try
        {
            TorchRuntime.EnsureLoaded(libTorchFolder);
            facts = WithTorch(facts);
        }
        catch (EosException e)
        {
            facts = facts with { Problems = [Problem(e)], MissingFunctions = ExistingLibTorch.MissingFunctions };
        }
        return facts with { Problems = [.. facts.Problems, .. ImageProblems()] };
    }

    private static RuntimeFacts Machine()
    {
        var libStdCpp = LoadedLibraries.Find("stdc++");
        return new RuntimeFacts
        {
            DotNet = RuntimeInformation.FrameworkDescription,
            OperatingSystem = RuntimeInformation.OSDescription,
            Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
            Processor = ProcessorName.Read(),
            Glibc = System.OperatingSystem.IsLinux() ? GlibcVersion() : null,
            LibStdCpp = libStdCpp,
            GlibCxx = libStdCpp is null ? null : HighestGlibCxx(File.ReadAllBytes(libStdCpp)),
            TorchSharp =
                typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            Ffmpeg = Ffmpeg.Find(),
        };
    }

    private static RuntimeFacts WithTorch(RuntimeFacts facts)
    {
        var libTorch = LoadedLibraries.Find("torch_cpu");
        var version = libTorch is not null && NativeLibrary.TryLoad(libTorch, out var handle) ? ExistingLibTorch.ReportedVersion(handle)
            : null;
        var hasCuda = torch.cuda.is_available();
        return facts with
        {
            LibTorchFolder = Path.GetDirectoryName(libTorch),
            LibTorchVersion = version,
            UsesExistingLibTorch = TorchRuntime.ExistingFolder is not null,
            LibTorchSharp = TorchRuntime.UsesCompatibilityCopy ? CompatibilityCopy.FindOriginal() : LoadedLibraries.Find("LibTorchSharp"),
            UsesCompatibilityCopy = TorchRuntime.UsesCompatibilityCopy,
            Devices = ["cpu", .. Enumerable.Range(0, hasCuda ? torch.cuda.device_count() : 0).Select(i => $"cuda:{i}")],
            MissingFunctions = ExistingLibTorch.MissingFunctions,
            Threads = torch.get_num_threads(),
            Problems =
            [
                .. version is null || ExistingLibTorch.IsExpected(version) ? Enumerable.Empty<EnvironmentProblem>()
                    : [OtherVersion(version)],
                .. hasCuda || !HasNvidiaDriver() ? Enumerable.Empty<EnvironmentProblem>() : [UnusedGpu()],
            ],
        };
    }

    private static EnvironmentProblem OtherVersion(string version)
    {
        var missing = ExistingLibTorch.MissingFunctions;
        return new(EosErrors.LibTorch,
            $"libtorch {version} is used at your own risk, because {ExistingLibTorch.AnyVersionVariable} is set: TorchSharp was compiled " +
            $"for {ExistingLibTorch.ExpectedVersion}, and only a patch release keeps the ABI. " +
            (missing.Count == 0 ? "All functions that it calls are there. "
                : $"{missing.Count} functions that it calls are missing; calling one ends the process. ") +
                "Check results against the CPU.", IsError: false);
    }

    private static bool HasNvidiaDriver() => File.Exists("/proc/driver/nvidia/version");

    private static EnvironmentProblem UnusedGpu() => new(EosErrors.Device,
        "This machine has an NVIDIA driver, but the loaded libtorch sees no CUDA device: it is the CPU build, or was made for a newer " +
        "driver. " +
        $"Name the torch/lib folder of a CUDA PyTorch {ExistingLibTorch.ExpectedVersion} in {TorchRuntime.LibTorchVariable}.",
        IsError: false);

    // Images are decoded by Skia, the other native library.
    private static IEnumerable<EnvironmentProblem> ImageProblems()
    {
        try
        {
            using var bitmap = new SkiaSharp.SKBitmap(1, 1);
            return [];
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            return [new(EosErrors.NativeLibrary,
                $"The image library libSkiaSharp cannot be loaded: {e.GetBaseException().Message.Trim()} " +
                "Add the package SkiaSharp.NativeAssets.Linux.NoDependencies (or its counterpart of another system) to the program.",
                IsError: true)];
        }
    }

    private static EnvironmentProblem Problem(EosException e) => new(e.Code, e.Detail, IsError: true);

    private static string? HighestGlibCxx(byte[] library) => GlibCxxPattern().Matches(Encoding.Latin1.GetString(library))
        .OrderByDescending(match => int.Parse(match.Groups[1].ValueSpan)).FirstOrDefault()?.Value;

    private static string? GlibcVersion()
    {
        try
        {
            return Marshal.PtrToStringUTF8(GnuGetLibcVersion());
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null; // another C library, such as musl
        }
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.(\d+)")]
    private static partial Regex GlibCxxPattern();

    [LibraryImport("libc.so.6", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GnuGetLibcVersion();
}
