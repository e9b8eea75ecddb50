namespace EosMLNet.Cluster.Grains;

/// <summary>An item that a device is given.</summary>
/// <param name="JobId">The job's name.</param>
/// <param name="Job">The job.</param>
/// <param name="Lease">The item.</param>
[GenerateSerializer, Immutable]
internal sealed record Assignment([property: Id(0)] string JobId, [property: Id(1)] ClusterJob Job, [property: Id(2)] Lease Lease)
{
    /// <summary>For <see cref="JobStage.Finish"/>: which attempt of each item counts; 0 where none does. Null where nothing is
    /// published.</summary>
    [Id(3)]
    public int[]? Accepted { get; init; }

    /// <summary>What status reports and logs call it.</summary>
    internal string Name => $"{JobId}, " + Lease.Stage switch
    {
        JobStage.Divide => "dividing the table",
        JobStage.Finish => "finishing",
        _ => Job.NameOf(Lease.Item),
    };
}
