namespace EosMLNet.Cluster;

/// <summary>How far a job is.</summary>
public enum JobState
{
    /// <summary>Nothing of it has begun.</summary>
    Waiting,
    /// <summary>It is worked on.</summary>
    Running,
    /// <summary>All of it is done; its results are whole.</summary>
    Done,
    /// <summary>It is over, and something of it could not be done.</summary>
    Failed,
    /// <summary>It was cancelled.</summary>
    Cancelled,
}
