using EosMLNet.Cluster.Silos;
using EosMLNet.Cluster.Storage;
using Microsoft.Extensions.Options;

namespace EosMLNet.Cluster.Grains;

/// <inheritdoc cref="IJobGrain"/>
/// <remarks>
/// Devices ask for work; nothing is sent to them. So a job goes on as soon as there is a device again, and needs no timer. Every step is in
/// storage before anyone is told of it. Only the times at which devices were last heard of are in memory: where the grain moves to another
/// silo, all of them have a whole lease again.
/// </remarks>
internal sealed class JobGrain(
    [PersistentState("job", EosSiloOptions.Storage)] IPersistentState<JobRecord> state, IOptions<EosSiloOptions> options,
    SharedFolder shared, TimeProvider time) : Grain, IJobGrain
{
    // Of one item, one after another: where others are lost as well, something else than the item ends the devices.
    private const int MostLosses = 5, MostLossesAmongOthers = 20;
    private const int MostFaults = 10;
    private readonly Dictionary<int, (long Seen, double Fraction)> leases = [];
    private readonly Dictionary<int, double> furthest = []; // of the attempts that were lost
    private readonly Dictionary<int, int> elsewhere = []; // losses of other items when an item's own ones began
    private readonly SpeedEstimate speed = new(time);
    private bool isSaved = true;

    private JobRecord Record => state.State;

    private string Id => this.GetPrimaryKeyString();

    public async Task<Fault?> Begin(ClusterJob job)
    {
        try
        {
            JobId.Check(Id);
            job.Check();
            // Files of a network: not on the grain's own thread.
            await Task.Run(() => shared.CheckInputs(job));
        }
        catch (EosException e)
        {
            return Fault.Of(e);
        }
        if (Record.Job is null)
        {
            Record.Job = job;
            Record.Enter(job.ItemCount is null ? JobStage.Divide : JobStage.Run, job.ItemCount ?? 1);
            await Save();
        }
        await Queue.Add(Id, job.Priority, job.Device);
        return null;
    }

    public async Task<Assignment?> Take(WorkerStatus worker)
    {
        if (Record.Job is not { } job || Record.IsOver)
        {
            await Queue.Close(Id);
            return null;
        }
        if (!worker.Fits(job.Device))
            return null;
        LoseSilent();
        if (Record.Items.Begin() is not { } item)
        {
            await SaveWhatIsNot();
            return null;
        }
        leases[item] = (time.GetTimestamp(), 0);
        await Save();
        return new(Id, job, new(Record.Stage, item, Record.Items.AttemptOf(item)))
        {
            Accepted = Record.Stage == JobStage.Finish && Record.Publishes ? Record.Ran!.Accepted : null,
        };
    }

    public Task<bool> Renew(Lease lease, double fraction)
    {
        if (!Holds(lease))
            return Task.FromResult(false);
        leases[lease.Item] = (time.GetTimestamp(), fraction);
        speed.Note(Fraction());
        return Task.FromResult(true);
    }

    public async Task<bool> Complete(Lease lease, Division? divided)
    {
        // The answer to the same message may have been lost; the stage may be another one since.
        if ((lease.Stage == Record.Stage ? Record.Items : lease.Stage == JobStage.Run ? Record.Ran : null)?.IsDone(lease) == true)
        {
            await SaveWhatIsNot();
            return true;
        }
        if (!Holds(lease))
            return false;
        leases.Remove(lease.Item);
        Record.Items.End(lease.Item, failed: false);
        if (divided is { } found)
        {
            Record.Rows = found.Rows;
            Enter(JobStage.Run, found.Parts);
        }
        else if (lease.Stage == JobStage.Finish)
        {
            Record.IsOver = true;
        }
        else
        {
            FinishIfRun();
        }
        speed.Note(Fraction());
        await Save();
        if (Record.IsOver)
            await Queue.Close(Id);
        return true;
    }

    public async Task Fail(Lease lease, Fault fault)
    {
        if (!Holds(lease))
            return;
        if (fault.MayPass)
            Lose(lease.Item, _ => fault);
        else
            End(lease.Item, fault);
        await Save();
    }

    public async Task Release(Lease lease)
    {
        if (!Holds(lease))
            return;
        leases.Remove(lease.Item);
        Record.Items.Return(lease.Item);
        await Save();
    }

    public async Task<Fault?> Cancel()
    {
        if (Record.Job is null)
            return Fault.UnknownJob(Id);
        if (!Record.IsOver && !Record.IsCancelled)
        {
            Record.IsCancelled = true;
            Enter(JobStage.Finish, 1);
            await Save();
        }
        return null;
    }

    public Task<JobStatus?> Status()
    {
        if (Record.Job is not { } job)
            return Task.FromResult<JobStatus?>(null);
        LoseSilent();
        var items = Record.Ran ?? Record.Items;
        var isKnown = Record.Ran is not null || Record.Stage == JobStage.Run;
        return Task.FromResult<JobStatus?>(new JobStatus
        {
            Id = Id,
            Kind = job.Kind,
            State = Record.State,
            Priority = job.Priority,
            Items = isKnown ? items.Count : 0,
            Done = isKnown ? items.DoneCount : 0,
            Running = Record.IsCancelled ? 0 : Record.Items.RunningCount,
            Failed = isKnown ? items.FailedCount : 0,
            Lost = Record.Lost,
            Rows = Record.Rows,
            Fraction = Fraction(),
            Remaining = Record.State == JobState.Running ? speed.Remaining(Fraction()) : null,
            Faults = [.. Record.Faults],
            Folder = SharedFolder.PathOf(Id),
        });
    }

    private IQueueGrain Queue => GrainFactory.GetGrain<IQueueGrain>(QueueGrain.Key);

    private bool Holds(Lease lease)
    {
        if (Record.Job is null || Record.IsOver || lease.Stage != Record.Stage || !Record.Items.Holds(lease))
            return false;
        leases.TryAdd(lease.Item, (time.GetTimestamp(), 0)); // of another activation of this grain
        return true;
    }

    // Items whose devices were not heard of for a lease go to another one.
    private void LoseSilent()
    {
        var stage = Record.Stage;
        foreach (var item in Record.Items.RunningItems.ToArray())
        {
            if (leases.TryAdd(item, (time.GetTimestamp(), 0)) || time.GetElapsedTime(leases[item].Seen) <= options.Value.Lease)
                continue;
            Record.Lost++;
            ClusterMetrics.Lost();
            Lose(item, losses => new(EosErrors.WorkLost,
                $"{losses} devices one after another were lost with it, and none came further than the ones before. Look at the " +
                "memory that it needs, and at the silos' logs."));
            isSaved = false;
            if (Record.Stage != stage) // the last loss has ended it, and with it the other items
                return;
        }
    }

    private void Lose(int item, Func<int, Fault> fault)
    {
        var before = furthest.GetValueOrDefault(item);
        var fraction = leases.GetValueOrDefault(item).Fraction;
        leases.Remove(item);
        furthest[item] = Math.Max(before, fraction);
        var losses = Record.Items.Lose(item, fraction > before);
        if (losses == 1 || !elsewhere.ContainsKey(item))
            elsewhere[item] = Record.Lost - losses;
        var others = Record.Lost - losses - elsewhere[item];
        if (losses >= (2 * others < losses ? MostLosses : MostLossesAmongOthers))
            End(item, fault(losses));
    }

    private void End(int item, Fault fault)
    {
        leases.Remove(item);
        Record.Items.End(item, failed: true);
        if (Record.Faults.Count < MostFaults)
            Record.Faults.Add($"{(Record.Stage == JobStage.Run ? $"{Record.Job!.NameOf(item)}: " : "")}{fault.Code}: {fault.Detail}");
        if (Record.Stage == JobStage.Finish)
            Record.IsOver = true;
        else if (Record.Stage == JobStage.Divide || Record.Job!.EndsAtFault)
            Enter(JobStage.Finish, 1);
        else
            FinishIfRun();
    }

    private void FinishIfRun()
    {
        if (Record.Items.IsOver)
            Enter(JobStage.Finish, 1);
    }

    private void Enter(JobStage stage, int items)
    {
        Record.Enter(stage, items);
        leases.Clear();
        furthest.Clear();
        elsewhere.Clear();
    }

    // What is under way counts with what is done of it.
    private double Fraction() => Record.IsOver && !Record.IsCancelled ? 1
        : Record.Ran is { Count: > 0 } ran ? (double)(ran.DoneCount + ran.FailedCount) / ran.Count
        : Record.Stage != JobStage.Run || Record.Items.Count == 0 ? 0
        : (Record.Items.DoneCount + Record.Items.FailedCount + leases.Values.Sum(lease => lease.Fraction)) / Record.Items.Count;

    private Task SaveWhatIsNot() => isSaved ? Task.CompletedTask : Save();

    private async Task Save()
    {
        isSaved = false;
        await state.WriteStateAsync();
        isSaved = true;
    }
}
