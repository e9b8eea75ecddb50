using EosMLNet.Latency;
using EosMLNet.Models;

namespace EosMLNet.Tests.Latency;

/// <summary>Latency tables for models that can be run.</summary>
internal static class LatencyTables
{
    /// <summary>The same table, for another model.</summary>
    internal static LatencyTable For(this LatencyTable table, VisionLanguageModel model) => table with { Target = model.ToLatencyTarget() };
}
