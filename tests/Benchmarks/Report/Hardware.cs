using System.Runtime.InteropServices;

namespace Benchmarks.Report;

/// <summary>The machine, in words.</summary>
internal static class Hardware
{
    internal static string Describe() =>
        FormattableString.Invariant($"{Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:f0} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");

    private static string Processor()
    {
        const string Facts = "/proc/cpuinfo", Name = "model name";
        var line = File.Exists(Facts) ? File.ReadLines(Facts).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
