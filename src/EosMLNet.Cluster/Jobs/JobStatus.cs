namespace EosMLNet.Cluster;

/// <summary>Where a job stands.</summary>
[GenerateSerializer, Immutable]
public sealed record JobStatus
{
    /// <summary>The job's name.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>search or batch.</summary>
    [Id(1)]
    public required string Kind { get; init; }

    /// <summary>How far it is.</summary>
    [Id(2)]
    public required JobState State { get; init; }

    /// <summary>Its priority.</summary>
    [Id(3)]
    public int Priority { get; init; }

    /// <summary>How many searches, or parts of the table, it has; 0 while that is not known yet.</summary>
    [Id(4)]
    public int Items { get; init; }

    /// <summary>How many of them are done.</summary>
    [Id(5)]
    public int Done { get; init; }

    /// <summary>How many are worked on now.</summary>
    [Id(6)]
    public int Running { get; init; }

    /// <summary>How many could not be done.</summary>
    [Id(7)]
    public int Failed { get; init; }

    /// <summary>How often a device that worked on an item of it was lost, so that the item was placed again.</summary>
    [Id(8)]
    public int Lost { get; init; }

    /// <summary>Rows of the table; 0 for searches, and while it is not known yet.</summary>
    [Id(9)]
    public long Rows { get; init; }

    /// <summary>The share that is done, from 0 to 1, what is under way included. It falls where a device is lost with its work.</summary>
    [Id(10)]
    public double Fraction { get; init; }

    /// <summary>How long the rest takes at the speed of the last minutes; null while too little is known.</summary>
    [Id(11)]
    public TimeSpan? Remaining { get; init; }

    /// <summary>What went wrong, a line each; the first ten.</summary>
    [Id(12)]
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Where its results are, from the shared folder on.</summary>
    [Id(13)]
    public required string Folder { get; init; }

    /// <summary>Whether nothing more will happen.</summary>
    public bool IsOver => State is JobState.Done or JobState.Failed or JobState.Cancelled;
}
