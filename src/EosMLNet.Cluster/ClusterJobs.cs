using System.Diagnostics;
using EosMLNet.Cluster.Grains;
using EosMLNet.Cluster.Hosting;
using EosMLNet.Cluster.Storage;

namespace EosMLNet.Cluster;

/// <summary>The jobs of a cluster, for its clients. Safe to use from many threads.</summary>
/// <param name="grains">A client of the cluster, or a silo's own.</param>
public sealed class ClusterJobs(IGrainFactory grains)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromMinutes(2);

    /// <summary>Submits a job. What it reads must be in the shared folder already.</summary>
    /// <param name="job">The job.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="EosException">EOS1001: a file or folder is not in the shared folder. EOS1012: there is nothing to do. EOS1013: a
    /// value is out of its range, or a path leads out of the shared folder. EOS2015: no silo answers.</exception>
    public async Task<string> SubmitAsync(ClusterJob job)
    {
        job.Check();
        var id = JobId.New(job);
        await AskAsync(() => grains.GetGrain<IJobGrain>(id).Begin(job));
        return id;
    }

    /// <summary>Tells where a job stands.</summary>
    /// <param name="job">The job's name.</param>
    /// <exception cref="EosException">EOS1018: there is no such job. EOS2015: no silo answers.</exception>
    public async Task<JobStatus> StatusAsync(string job)
    {
        JobId.Check(job);
        return await Reachable.AskAsync(() => grains.GetGrain<IJobGrain>(job).Status()) ?? throw Fault.UnknownJob(job).ToException();
    }

    /// <summary>Waits until a job is over. Silos may be lost meanwhile: others answer, or they are started again.</summary>
    /// <param name="job">The job's name.</param>
    /// <param name="progress">Is told each second where the job stands; not while no silo answers.</param>
    /// <param name="cancellation">Ends the waiting; the job goes on.</param>
    /// <returns>How it has ended.</returns>
    /// <exception cref="EosException">EOS1018: there is no such job. EOS2015: no silo has answered for two minutes.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<JobStatus> WaitAsync(
        string job, IProgress<JobStatus>? progress = null, CancellationToken cancellation = default)
    {
        for (var heard = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause, cancellation))
        {
            try
            {
                var status = await StatusAsync(job);
                heard = Stopwatch.GetTimestamp();
                progress?.Report(status);
                if (status.IsOver)
                    return status;
            }
            catch (EosException e) when (e.Code == EosErrors.ClusterUnreachable && Stopwatch.GetElapsedTime(heard) < Patience)
            {
            }
        }
    }

    /// <summary>Cancels a job: nothing of it is begun any more, what runs is stopped within seconds, and it leaves no results. One that is
    /// over stays as it is.</summary>
    /// <param name="job">The job's name.</param>
    /// <exception cref="EosException">EOS1018: there is no such job. EOS2015: no silo answers.</exception>
    public Task CancelAsync(string job)
    {
        JobId.Check(job);
        return AskAsync(() => grains.GetGrain<IJobGrain>(job).Cancel());
    }

    /// <summary>Tells where the jobs stand that were submitted last.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>The last one first.</returns>
    /// <exception cref="EosException">EOS2015: no silo answers.</exception>
    public async Task<IReadOnlyList<JobStatus>> ListAsync(int most = 20)
    {
        var jobs = await Reachable.AskAsync(() => grains.GetGrain<IQueueGrain>(QueueGrain.Key).Jobs(most));
        var all = await Reachable.AskAsync(() => Task.WhenAll(jobs.Select(job => grains.GetGrain<IJobGrain>(job).Status())));
        return [.. all.OfType<JobStatus>()];
    }

    /// <summary>The devices that work, or wait for work.</summary>
    /// <exception cref="EosException">EOS2015: no silo answers.</exception>
    public Task<IReadOnlyList<WorkerStatus>> WorkersAsync() =>
        Reachable.AskAsync(() => grains.GetGrain<IQueueGrain>(QueueGrain.Key).Workers());

    private static async Task AskAsync(Func<Task<Fault?>> ask)
    {
        if (await Reachable.AskAsync(ask) is { } fault)
            throw fault.ToException();
    }
}
