namespace EosMLNet.Cluster.Grains;

/// <summary>What is kept of the list of jobs in storage.</summary>
[GenerateSerializer]
internal sealed class QueueRecord
{
    /// <summary>The shared folder's own name; null before the first silo.</summary>
    [Id(0)]
    internal string? Folder { get; set; }

    /// <summary>The jobs, in the order in which they came.</summary>
    [Id(1)]
    internal List<QueuedJob> Jobs { get; set; } = [];
}
