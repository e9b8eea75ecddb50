namespace EosMLNet.Cluster.Grains;

/// <summary>What a job's items are now. Each stage is over before the next one begins.</summary>
internal enum JobStage
{
    /// <summary>One item: the table is divided into parts.</summary>
    Divide,
    /// <summary>An item a search or a part.</summary>
    Run,
    /// <summary>One item: results are published, and what lies in the job's folder beside them is deleted.</summary>
    Finish,
}
