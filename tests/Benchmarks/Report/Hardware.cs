using System.Runtime.InteropServices;
using EosMLNet.LibTorch;

namespace Benchmarks.Report;

/// <summary>The machine, in words.</summary>
internal static class Hardware
{
    internal static string Describe() =>
        FormattableString.Invariant($"{ProcessorName.Read()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:f0} GB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");
}
