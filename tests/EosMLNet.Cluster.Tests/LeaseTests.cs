using EosMLNet.Cluster.Grains;
using Orleans.Runtime;

namespace EosMLNet.Cluster.Tests;

/// <summary>What a job's grain says to devices, whose place the test takes.</summary>
[Collection(nameof(WaitingCluster))]
public class LeaseTests(WaitingCluster shared)
{
    private static readonly WorkerStatus Slow = new("slow", "cpu"), Other = new("other", "cpu"), Gpu = new("other", "cuda:0");

    private SmallCluster Cluster => shared.Cluster;

    [Fact]
    public async Task A_device_that_is_silent_loses_its_item_and_what_it_does_afterwards_does_not_count()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(1));
        var first = (await job.Take(Slow))!.Lease;
        Assert.Null(await job.Take(Other)); // it is another one's
        await Task.Delay(SmallCluster.Lease * 1.2);
        var second = (await job.Take(Other))!.Lease;
        Assert.Equal((first.Item, first.Attempt + 1), (second.Item, second.Attempt));
        Assert.False(await job.Renew(first, 0.9));
        Assert.False(await job.Complete(first, null));
        await job.Fail(first, new(EosErrors.DatasetRow, "late"));
        Assert.True(await job.Renew(second, 0.1));
        Assert.True(await job.Complete(second, null));
        Assert.True(await job.Complete(second, null)); // the answer was lost, and it is told again
        var finish = (await job.Take(Other))!;
        Assert.Equal(JobStage.Finish, finish.Lease.Stage);
        Assert.Equal([second.Attempt], finish.Accepted!);
        Assert.True(await job.Complete(finish.Lease, null));
        Assert.Equal((JobState.Done, 1), ((await job.Status())!.State, (await job.Status())!.Lost));
    }

    [Fact]
    public async Task A_device_that_tells_that_it_works_keeps_its_item()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(1));
        var lease = (await job.Take(Slow))!.Lease;
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(SmallCluster.Lease / 3); // as long as a lease and a third in all
            Assert.True(await job.Renew(lease, 0.2));
            Assert.Null(await job.Take(Other));
        }
        Assert.Equal((JobState.Running, 1, 0.2), ((await job.Status())!.State, (await job.Status())!.Running, (await job.Status())!.Fraction));
    }

    [Fact]
    public async Task An_item_that_is_given_back_waits_again_at_once()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(1));
        await job.Release((await job.Take(Slow))!.Lease);
        Assert.Equal(2, (await job.Take(Other))!.Lease.Attempt);
    }

    [Fact]
    public async Task An_item_that_fails_on_five_machines_one_after_another_is_given_up()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(1));
        for (var loss = 1; loss <= 5; loss++)
        {
            Assert.Equal(0, (await job.Status())!.Failed);
            await job.Fail((await job.Take(Slow))!.Lease, new(EosErrors.CannotWrite, "disk full"));
        }
        Assert.Equal((1, "plan-1: EOS2003: disk full"), ((await job.Status())!.Failed, Assert.Single((await job.Status())!.Faults)));
    }

    [Fact]
    public async Task Where_devices_are_lost_with_all_items_none_is_to_blame()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(3));
        for (var loss = 1; loss <= 6; loss++)
        {
            for (var item = 0; item < 3; item++)
                Assert.NotNull(await job.Take(Slow));
            await Task.Delay(SmallCluster.Lease * 1.2);
        }
        Assert.Equal((0, 18), ((await job.Status())!.Failed, (await job.Status())!.Lost));
    }

    [Fact]
    public async Task Where_devices_are_lost_with_one_item_alone_it_is_given_up()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(2));
        for (var loss = 1; loss <= 5; loss++)
        {
            Assert.Equal(0, (await job.Status())!.Failed);
            Assert.Equal(0, (await job.Take(Slow))!.Lease.Item);
            await Task.Delay(SmallCluster.Lease * 1.2);
        }
        Assert.Equal(1, (await job.Status())!.Failed);
        Assert.StartsWith("plan-1: EOS2016: 5 devices", Assert.Single((await job.Status())!.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_comes_further_each_time_is_not_given_up()
    {
        var job = await BeginAsync(Cluster, SampleJobs.Searches(1));
        for (var loss = 1; loss <= 8; loss++)
        {
            var lease = (await job.Take(Slow))!.Lease;
            Assert.True(await job.Renew(lease, loss / 10.0));
            await job.Fail(lease, new(EosErrors.Device, "gone"));
        }
        Assert.Equal(0, (await job.Status())!.Failed);
    }

    [Fact]
    public async Task A_silo_that_takes_a_job_over_knows_its_leases()
    {
        await using var cluster = await SmallCluster.StartAsync(shared.Folder, works: false);
        var job = await BeginAsync(cluster, SampleJobs.Searches(2));
        var lease = (await job.Take(Slow))!.Lease;
        await cluster.KillOneAsync();
        for (var told = false; !told;)
        {
            try
            {
                told = await job.Renew(lease, 0.5);
                Assert.True(told);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException)
            {
            }
        }
        Assert.Equal(1, (await job.Take(Other))!.Lease.Item);
        Assert.True(await job.Complete(lease, null));
    }

    [Fact]
    public async Task Work_goes_where_a_device_of_its_kind_is()
    {
        var queue = Cluster.Grains.GetGrain<IQueueGrain>(QueueGrain.Key);
        var gpu = await Cluster.Jobs.SubmitAsync(SampleJobs.Searches(1, device: JobDevice.Cuda));
        var cpu = await Cluster.Jobs.SubmitAsync(SampleJobs.Searches(1, device: JobDevice.Cpu));
        var any = await Cluster.Jobs.SubmitAsync(SampleJobs.Searches(1));
        string[] all = [gpu, cpu, any]; // there are those of other tests, too
        Assert.Equal([cpu, any], (await queue.Announce(Other)).Where(all.Contains));
        Assert.Equal([gpu, any], (await queue.Announce(Gpu)).Where(all.Contains));
        Assert.Null(await Cluster.Grains.GetGrain<IJobGrain>(gpu).Take(Other));
        Assert.NotNull(await Cluster.Grains.GetGrain<IJobGrain>(gpu).Take(Gpu));
        Assert.Equal([Other, Gpu], await Cluster.Jobs.WorkersAsync());
    }

    [Fact]
    public async Task Jobs_of_a_higher_priority_come_first_and_equal_ones_in_their_order()
    {
        var queue = Cluster.Grains.GetGrain<IQueueGrain>(QueueGrain.Key);
        string[] ids = [await Submit(0), await Submit(7), await Submit(0), await Submit(100)];
        Assert.Equal([ids[3], ids[1], ids[0], ids[2]], await Announced());
        await Cluster.Jobs.CancelAsync(ids[3]);
        var clean = (await Cluster.Grains.GetGrain<IJobGrain>(ids[3]).Take(Other))!;
        Assert.True(await Cluster.Grains.GetGrain<IJobGrain>(ids[3]).Complete(clean.Lease, null));
        Assert.Equal([ids[1], ids[0], ids[2]], await Announced());
        Assert.Equal([JobState.Cancelled, JobState.Waiting], (await Cluster.Jobs.ListAsync(2)).Select(job => job.State));

        async Task<string[]> Announced() => [.. (await queue.Announce(Other)).Where(ids.Contains)];

        Task<string> Submit(int priority) => Cluster.Jobs.SubmitAsync(SampleJobs.Searches(1, priority: priority));
    }

    private static async Task<IJobGrain> BeginAsync(SmallCluster cluster, ClusterJob job) =>
        cluster.Grains.GetGrain<IJobGrain>(await cluster.Jobs.SubmitAsync(job));
}
