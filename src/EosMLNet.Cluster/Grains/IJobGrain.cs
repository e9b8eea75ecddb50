namespace EosMLNet.Cluster.Grains;

/// <summary>A job: its items, who works on them, and what came of it.</summary>
internal interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Begins the job; a second time, with the same job, does nothing more.</summary>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    Task<Fault?> Begin(ClusterJob job);

    /// <summary>Gives an item to a device; null where none waits.</summary>
    Task<Assignment?> Take(WorkerStatus worker);

    /// <summary>A device tells that it still works on an item.</summary>
    /// <param name="lease">The item.</param>
    /// <param name="fraction">How much of it is done.</param>
    /// <returns>Whether to go on.</returns>
    Task<bool> Renew(Lease lease, double fraction);

    /// <summary>A device has done an item.</summary>
    /// <returns>Whether what it has written counts.</returns>
    Task<bool> Complete(Lease lease, Division? divided);

    /// <summary>A device cannot do an item.</summary>
    Task Fail(Lease lease, Fault fault);

    /// <summary>A device gives an item back, since its silo stops.</summary>
    Task Release(Lease lease);

    /// <summary>Cancels the job.</summary>
    /// <returns>Why that is not possible; null where it is.</returns>
    Task<Fault?> Cancel();

    /// <summary>Where the job stands; null where there is none of this name.</summary>
    Task<JobStatus?> Status();
}
