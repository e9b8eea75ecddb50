namespace EosMLNet.Cluster.Grains;

/// <summary>The one list of a cluster's jobs and devices.</summary>
internal interface IQueueGrain : IGrainWithIntegerKey
{
    /// <summary>A silo tells which shared folder it sees.</summary>
    /// <param name="folder">The folder's own name, which lies in it.</param>
    /// <returns>What is wrong: another silo sees another one. Null where nothing is.</returns>
    Task<Fault?> Enter(string folder);

    /// <summary>Adds a job; a second time does nothing.</summary>
    Task Add(string job, int priority, JobDevice device);

    /// <summary>A job is over.</summary>
    Task Close(string job);

    /// <summary>A device announces itself.</summary>
    /// <returns>The jobs that it may work on, those to begin with first.</returns>
    Task<IReadOnlyList<string>> Announce(WorkerStatus worker);

    /// <summary>The jobs, the last ones first.</summary>
    Task<IReadOnlyList<string>> Jobs(int most);

    /// <summary>The devices that have announced themselves lately.</summary>
    Task<IReadOnlyList<WorkerStatus>> Workers();
}
