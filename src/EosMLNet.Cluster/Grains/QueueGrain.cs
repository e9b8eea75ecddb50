using Microsoft.Extensions.Options;

namespace EosMLNet.Cluster.Grains;

/// <inheritdoc cref="IQueueGrain"/>
internal sealed class QueueGrain(
    [PersistentState("queue", EosSiloOptions.Storage)] IPersistentState<QueueRecord> state, IOptions<EosSiloOptions> options,
    TimeProvider time) : Grain, IQueueGrain
{
    private const int MostRemembered = 1000; // jobs that are over
    private readonly Dictionary<(string Silo, string Device), (WorkerStatus Status, long Seen)> workers = [];

    /// <summary>Its only key.</summary>
    internal const long Key = 0;

    public async Task<Fault?> Enter(string folder)
    {
        if (state.State.Folder is { } known)
        {
            return known == folder ? null : new(EosErrors.SharedFolder,
                "The silo's shared folder is not the one that the cluster's other silos share; expected the same folder on all machines. " +
                "Mount it, or give the silo another cluster's name.");
        }
        state.State.Folder = folder;
        await state.WriteStateAsync();
        return null;
    }

    public async Task Add(string job, int priority, JobDevice device)
    {
        var jobs = state.State.Jobs;
        if (jobs.Any(one => one.Id == job))
            return;
        if (jobs.Count(one => one.IsOver) >= MostRemembered)
            jobs.Remove(jobs.First(one => one.IsOver));
        jobs.Add(new(job, priority, device));
        await state.WriteStateAsync();
    }

    public async Task Close(string job)
    {
        var place = state.State.Jobs.FindIndex(one => one.Id == job);
        if (place < 0 || state.State.Jobs[place].IsOver)
            return;
        state.State.Jobs[place] = state.State.Jobs[place] with { IsOver = true };
        await state.WriteStateAsync();
    }

    public Task<IReadOnlyList<string>> Announce(WorkerStatus worker)
    {
        workers[(worker.Silo, worker.Device)] = (worker, time.GetTimestamp());
        return Task.FromResult<IReadOnlyList<string>>(
            [.. state.State.Jobs.Where(job => !job.IsOver && worker.Fits(job.Device)).OrderByDescending(job => job.Priority)
                .Select(job => job.Id)]);
    }

    public Task<IReadOnlyList<string>> Jobs(int most) => Task.FromResult<IReadOnlyList<string>>(
        [.. state.State.Jobs.AsEnumerable().Reverse().Take(most).Select(job => job.Id)]);

    public Task<IReadOnlyList<WorkerStatus>> Workers()
    {
        foreach (var (key, _) in workers.Where(one => time.GetElapsedTime(one.Value.Seen) > options.Value.Lease).ToArray())
            workers.Remove(key);
        return Task.FromResult<IReadOnlyList<WorkerStatus>>(
            [.. workers.Values.Select(one => one.Status).OrderBy(one => one.Silo, StringComparer.Ordinal)
                .ThenBy(one => one.Device, StringComparer.Ordinal)]);
    }
}
