using System.Diagnostics.Metrics;

namespace EosMLNet.Cluster.Silos;

/// <summary>The meter <c>EosMLNet.Cluster</c>, beside Orleans' own, <c>Microsoft.Orleans</c>.</summary>
internal static class ClusterMetrics
{
    private static readonly Meter Meter = new("EosMLNet.Cluster");
    private static readonly Counter<long> Items = Meter.CreateCounter<long>("eos.cluster.items", "{item}",
        "Pieces of work that ended here, by what became of them.");
    private static readonly Counter<long> LostItems = Meter.CreateCounter<long>("eos.cluster.lost", "{item}",
        "Pieces of work whose devices were not heard of any more, by the jobs that this silo keeps.");
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("eos.cluster.rows", "{row}", "Rows that were answered here.");
    private static readonly UpDownCounter<long> Running = Meter.CreateUpDownCounter<long>("eos.cluster.running", "{item}",
        "Pieces of work that are done here now.");

    internal static void Begun() => Running.Add(1);

    internal static void Ended(string outcome)
    {
        Running.Add(-1);
        Items.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
    }

    internal static void Answered(int rows) => Rows.Add(rows);

    internal static void Lost() => LostItems.Add(1);
}
