using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using Gpu.Report;
using Gpu.Shapes;

namespace Gpu.Sections;

/// <summary>The card, its driver, and what <c>eos doctor</c> says.</summary>
internal static class FactsSection
{
    internal static void Measure(Bench bench, Action<object> save)
    {
        var card = bench.IsGpu ? Query() : null;
        save(new Facts(card?[0], card?[1], card is null ? null : double.Parse(card[2], CultureInfo.InvariantCulture), Environment.ProcessorCount, Doctor.Examine()) { Cudnn = CudnnVersion(), TorchCpu = LoadedLibraries.All("torch_cpu") });
    }

    private static unsafe long? CudnnVersion() =>
        LoadedLibraries.Find("cudnn") is { } library && NativeLibrary.TryLoad(library, out var handle) && NativeLibrary.TryGetExport(handle, "cudnnGetVersion", out var version)
            ? (long)((delegate* unmanaged<nuint>)version)() : null;

    // The card's name, driver and megabytes; null where the driver's tool is not there, which is no reason to give up.
    private static string[]? Query()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", [.. Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") is { Length: > 0 } one && !one.Contains(',') ? new[] { $"--id={one}" } : [], "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true })!;
            var fields = process.StandardOutput.ReadLine()?.Split(',', StringSplitOptions.TrimEntries);
            process.WaitForExit();
            return process.ExitCode == 0 && fields is [_, _, var megabytes] && double.TryParse(megabytes, CultureInfo.InvariantCulture, out _) ? fields : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
