namespace EosMLNet.Cluster.Grains;

/// <summary>What is kept of a job in storage.</summary>
[GenerateSerializer]
internal sealed class JobRecord
{
    /// <summary>The job; null where there is none of this name.</summary>
    [Id(0)]
    internal ClusterJob? Job { get; set; }

    [Id(1)]
    internal JobStage Stage { get; set; }

    /// <summary>The items of the stage.</summary>
    [Id(2)]
    internal ItemTable Items { get; set; } = new(0);

    /// <summary>Those of <see cref="JobStage.Run"/>, once that is over.</summary>
    [Id(3)]
    internal ItemTable? Ran { get; set; }

    [Id(4)]
    internal long Rows { get; set; }

    [Id(5)]
    internal int Lost { get; set; }

    [Id(6)]
    internal bool IsCancelled { get; set; }

    /// <summary>Whether nothing more will happen.</summary>
    [Id(7)]
    internal bool IsOver { get; set; }

    /// <summary>What went wrong, for people.</summary>
    [Id(8)]
    internal List<string> Faults { get; set; } = [];

    /// <summary>Whether there are results: something was done, and nothing ended the job before.</summary>
    internal bool Publishes => !IsCancelled && Ran is { DoneCount: > 0 } ran && (ran.FailedCount == 0 || !Job!.EndsAtFault);

    internal JobState State =>
        IsCancelled ? JobState.Cancelled : IsOver ? Faults.Count > 0 ? JobState.Failed : JobState.Done
            : Stage == JobStage.Finish || Ran is not null || Items.HasBegun || Rows > 0 ? JobState.Running : JobState.Waiting;

    /// <summary>Begins a stage with new items.</summary>
    internal void Enter(JobStage stage, int items)
    {
        if (Stage == JobStage.Run && stage == JobStage.Finish)
            Ran = Items;
        (Stage, Items) = (stage, new ItemTable(items));
    }
}
