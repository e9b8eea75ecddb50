using System.Globalization;
using EosMLNet.LibTorch;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Doctor;

/// <summary>What was found, as lines of a name and a value.</summary>
internal static class DoctorLines
{
    internal static IEnumerable<(string Name, string Value)> Of(DoctorReport report) =>
        [.. OfSystem(report.Runtime), .. OfMachine(report), .. OfTorch(report.Runtime), .. OfOthers(report)];

    /// <summary>A number of bytes for people.</summary>
    internal static string Size(long? bytes) => bytes is { } count
        ? string.Create(CultureInfo.InvariantCulture, $"{count / (double)(1L << 30):0.0} GiB") : "unknown";

    private static IEnumerable<(string, string)> OfSystem(RuntimeFacts facts)
    {
        yield return ("EosMLNet", DoctorReport.Version);
        yield return (".NET", facts.DotNet);
        yield return ("Operating system", $"{facts.OperatingSystem}, {facts.Architecture}");
        if (facts.Glibc is not null)
            yield return ("glibc", facts.Glibc);
        if (facts.LibStdCpp is not null)
            yield return ("libstdc++", $"{facts.GlibCxx ?? "of unknown version"}, {facts.LibStdCpp}");
    }

    private static IEnumerable<(string, string)> OfMachine(DoctorReport report)
    {
        var machine = report.Machine;
        yield return ("Processor", report.Runtime.Processor);
        yield return ("Cores", $"{machine.Processors}{(machine.ProcessorLimit is { } cores
            ? string.Create(CultureInfo.InvariantCulture, $", limited to {cores:0.##} by the control group") : "")}");
        yield return ("Instructions", machine.Instructions.Count > 0 ? string.Join(' ', machine.Instructions) : "unknown");
        yield return ("Memory", $"{Size(machine.MemoryBytes)}, {Size(machine.FreeMemoryBytes)} free" +
            (machine.MemoryLimitBytes is { } bytes ? $", limited to {Size(bytes)} by the control group" : ""));
        yield return ("GPUs", machine switch
        {
            { NvidiaDriver: null } => "no NVIDIA driver",
            { Gpus.Count: 0 } => $"unknown, NVIDIA driver {machine.NvidiaDriver}",
            _ => $"{string.Join(", ", machine.Gpus)}, NVIDIA driver {machine.NvidiaDriver}",
        });
    }

    private static IEnumerable<(string, string)> OfTorch(RuntimeFacts facts)
    {
        yield return ("TorchSharp", facts.TorchSharp);
        foreach (var (i, function) in facts.MissingFunctions.Index())
            yield return (i == 0 ? $"Missing: {facts.MissingFunctions.Count}" : "", function);
        if (facts.LibTorchFolder is null)
        {
            yield return ("libtorch", "not loaded");
            yield break;
        }
        yield return ("libtorch",
            $"{facts.LibTorchVersion}, {(facts.UsesExistingLibTorch ? "existing" : "packaged")}, {facts.LibTorchFolder}");
        yield return ("LibTorchSharp",
            facts.UsesCompatibilityCopy ? $"an adjusted copy, for a libstdc++ older than GLIBCXX_3.4.32, of {facts.LibTorchSharp}"
                : $"{facts.LibTorchSharp}");
        yield return ("Devices", string.Join(", ", facts.Devices));
        yield return ("Threads", $"{facts.Threads}");
    }

    private static IEnumerable<(string, string)> OfOthers(DoctorReport report)
    {
        var onnx = report.OnnxRuntime;
        yield return ("ONNX Runtime", onnx.Version is null
            ? $"{onnx.Binding}, without its native library: applications bring that, eos answers by libtorch"
            : $"{onnx.Version}, {string.Join(", ", onnx.Providers)}");
        yield return ("ffmpeg",
            report.Runtime.Ffmpeg ?? "not on the PATH: videos are read from folders of pictures, GIF and WebP files only");
        yield return ("Locale", $"{(TerminalLocale.Set is { } set ? $"{set.Variable}={set.Value}" : "not set")}, text in " +
            Console.OutputEncoding.WebName + (TerminalLocale.IsAscii ? ", tables in ASCII" : ""));
        foreach (var folder in report.Folders)
            yield return (folder.What, $"{folder.Path}, {Size(folder.FreeBytes)} free");
        if (report.Variables.Count == 0)
            yield return ("Variables EOS_", "none is set");
        foreach (var (i, (name, value)) in report.Variables.Index())
            yield return (i == 0 ? "Variables EOS_" : "", $"{name}={value}");
    }
}
