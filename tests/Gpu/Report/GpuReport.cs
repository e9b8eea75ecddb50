using System.Text.Json;

namespace Gpu.Report;

/// <summary>Writes <c>gpu.json</c> and <c>gpu.md</c>.</summary>
internal static class GpuReport
{
    internal static void Write(string folder, GpuResults results)
    {
        var page = GpuPage.Write(results); // before anything is written: it may find fault with the results
        AtomicFile.WriteText(Path.Combine(folder, "gpu.json"), JsonSerializer.Serialize(results, GpuResults.Json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, "gpu.md"), page);
    }

    /// <summary>Whether every section was reached and done, and every check passed.</summary>
    internal static bool Passed(GpuResults results) =>
        results.Sections.All(section => section.Outcome == "done") && results.Parity.Concat(results.Attention?.Checks ?? []).Concat(results.Checks).All(check => check.Passed);
}
