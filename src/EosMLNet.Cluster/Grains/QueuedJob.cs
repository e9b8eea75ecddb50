namespace EosMLNet.Cluster.Grains;

/// <summary>A job in the list of all.</summary>
[GenerateSerializer, Immutable]
internal sealed record QueuedJob(
    [property: Id(0)] string Id, [property: Id(1)] int Priority, [property: Id(2)] JobDevice Device, [property: Id(3)] bool IsOver = false);
