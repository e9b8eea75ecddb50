using EosMLNet.Cluster.Grains;
using EosMLNet.Cluster.Silos;
using EosMLNet.Cluster.Storage;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace EosMLNet.Cluster.Work;

/// <summary>
/// What a device does: it asks for work, does it on a thread of its own, and tells that it is alive meanwhile. Grains never wait for it.
/// </summary>
/// <param name="grains">The cluster.</param>
/// <param name="shared">The shared folder.</param>
/// <param name="options">The times.</param>
/// <param name="silo">The silo's name.</param>
/// <param name="device">The device.</param>
/// <param name="log">Where it is told what is done.</param>
internal sealed partial class DeviceWorker(
    IGrainFactory grains, SharedFolder shared, EosSiloOptions options, string silo, Device device, ILogger log)
{
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);
    private readonly WorkerStatus idle = new(silo, device.ToString());

    /// <summary>Works until the silo stops.</summary>
    /// <param name="stopping">The silo stops: work that runs is kept where that is possible, and given back.</param>
    /// <param name="abandoned">The silo is gone: nothing is told any more.</param>
    internal async Task RunAsync(CancellationToken stopping, CancellationToken abandoned)
    {
        using var models = new ModelHolder(device);
        while (!stopping.IsCancellationRequested)
        {
            var pause = options.Idle;
            try
            {
                if (await TakeAsync() is { } assignment)
                    pause = await WorkAsync(assignment, models, stopping, abandoned) ? TimeSpan.Zero : AfterFault;
            }
            catch (Exception e) when (!abandoned.IsCancellationRequested)
            {
                Unreachable(e.GetType().Name); // the silo that keeps the job is gone, and another one takes its place
            }
            await Delay(pause, stopping);
        }
    }

    private async Task<Assignment?> TakeAsync()
    {
        foreach (var job in await grains.GetGrain<IQueueGrain>(QueueGrain.Key).Announce(idle))
        {
            if (await grains.GetGrain<IJobGrain>(job).Take(idle) is { } assignment)
                return assignment;
        }
        return null;
    }

    // Whether this device may go on at once: one that is at fault itself lets the others try.
    private async Task<bool> WorkAsync(
        Assignment assignment, ModelHolder models, CancellationToken stopping, CancellationToken abandoned)
    {
        Begins(assignment.Name);
        ClusterMetrics.Begun();
        var (job, lease) = (grains.GetGrain<IJobGrain>(assignment.JobId), assignment.Lease);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var progress = new WorkProgress();
        var work = Task.Factory.StartNew(() => Run(assignment, models, progress, stop.Token), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var holds = await RenewUntilDoneAsync(assignment, work, progress, stop);
        var outcome = "done";
        Fault? fault = null;
        Division? division = null;
        try
        {
            division = await work;
        }
        catch (OperationCanceledException)
        {
            outcome = "stopped";
        }
        catch (EosException e)
        {
            fault = Fault.Of(e);
        }
        catch (Exception e)
        {
            fault = new(EosErrors.WorkLost, $"internal error, {e.GetType().Name}: {e.Message}");
        }
        if (fault is not null)
            (outcome, fault) = ("failed", fault with { Detail = shared.Relative(fault.Detail) });
        ClusterMetrics.Ended(outcome);
        Ends(assignment.Name, outcome, fault?.Code ?? "");
        if (abandoned.IsCancellationRequested)
            return true;
        if (outcome == "done")
            holds = await TellAsync(() => job.Complete(lease, division), stopping);
        else if (fault is not null)
            await TellAsync(async () => { await job.Fail(lease, fault); return true; }, stopping);
        else if (holds)
            await TellAsync(async () => { await job.Release(lease); return true; }, stopping);
        if (!holds && lease.Stage == JobStage.Run)
            shared.Of(assignment.JobId).Forget(lease.Item, lease.Attempt);
        return fault is not { MayPass: true };
    }

    private Division? Run(Assignment assignment, ModelHolder models, WorkProgress progress, CancellationToken cancellation)
    {
        var (folder, lease) = (shared.Of(assignment.JobId), assignment.Lease);
        switch (assignment.Job, lease.Stage)
        {
            case (BatchJob batch, JobStage.Divide):
                return DivideWork.Run(batch, folder, shared, cancellation);
            case (BatchJob batch, JobStage.Run):
                PartWork.Run(batch, lease.Item, lease.Attempt, folder, shared, models, progress, cancellation);
                return null;
            case (SearchJob searches, JobStage.Run):
                SearchWork.Run(searches.Searches[lease.Item], lease.Item, lease.Attempt, folder, shared, models, progress, cancellation);
                return null;
            default:
                FinishWork.Run(assignment.Job, assignment.Accepted, folder, cancellation);
                return null;
        }
    }

    // Whether the item is still this device's. Where nobody can be asked, it goes on: what it does counts only if it is told in time.
    private async Task<bool> RenewUntilDoneAsync(Assignment assignment, Task work, WorkProgress progress, CancellationTokenSource stop)
    {
        var working = idle with { Work = assignment.Name };
        while (await Task.WhenAny(work, Delay(options.Heartbeat, stop.Token)) != work && !stop.IsCancellationRequested)
        {
            try
            {
                if (!await grains.GetGrain<IJobGrain>(assignment.JobId).Renew(assignment.Lease, progress.Fraction))
                {
                    await stop.CancelAsync();
                    return false;
                }
                await grains.GetGrain<IQueueGrain>(QueueGrain.Key).Announce(working);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Unreachable(e.GetType().Name);
            }
        }
        return true;
    }

    // Until somebody has heard it; once, where the silo stops.
    private async Task<bool> TellAsync(Func<Task<bool>> tell, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await tell();
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                Unreachable(e.GetType().Name);
                await Delay(options.Heartbeat, stopping);
            }
        }
    }

    private static async Task Delay(TimeSpan time, CancellationToken stopping) =>
        await Task.Delay(time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(LogLevel.Information, "{Work}: begins")]
    private partial void Begins(string work);

    [LoggerMessage(LogLevel.Information, "{Work}: {Outcome} {Code}")]
    private partial void Ends(string work, string outcome, string code);

    [LoggerMessage(LogLevel.Warning, "The cluster cannot be asked now: {Fault}")]
    private partial void Unreachable(string fault);
}
