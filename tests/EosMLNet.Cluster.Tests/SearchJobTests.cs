namespace EosMLNet.Cluster.Tests;

[Collection(nameof(WorkingCluster))]
public class SearchJobTests(WorkingCluster shared)
{
    private SmallCluster Cluster => shared.Cluster;

    private string Shared => shared.Folder;

    [Fact]
    public async Task Where_silos_are_killed_searches_go_on_elsewhere_and_end_in_the_plans_of_one_machine_to_the_byte()
    {
        using var tiny = new TinyModel(); // a folder of their own
        var folder = Path.GetDirectoryName(tiny.Model)!;
        await using var cluster = await SmallCluster.StartAsync(folder, silos: 2);
        var job = SampleJobs.Searches(3, steps: 24);
        var id = await cluster.Jobs.SubmitAsync(job);
        var waiting = cluster.Jobs.WaitAsync(id); // is not to notice what is done to silos
        for (var kill = 0; kill < 2; kill++)
        {
            await WaitForCheckpointAsync(folder, id);
            await cluster.KillOneAsync();
        }
        var status = await waiting;
        Assert.True(status.State == JobState.Done, string.Join("\n", status.Faults));
        Assert.Equal((3, 3, 0), (status.Items, status.Done, status.Failed));
        Assert.True(status.Lost > 0, "no silo died with work");
        var expected = job.Searches.Select(item => SampleJobs.PlanOf(tiny, item)).SelectMany(files => files).ToArray();
        Assert.All(expected, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(folder, status.Folder, file.Key))));
        Assert.Equal(expected.Select(file => file.Key).Concat(job.Searches.Select(item => $"{item.Name}.report.txt")).Order(StringComparer.Ordinal),
            await cluster.ResultsAsync(id));
    }

    [Fact]
    public async Task A_search_that_fails_does_not_stop_the_others()
    {
        var job = SampleJobs.Searches(2);
        var tooTight = job.Searches[0] with { Limits = new Dictionary<string, double> { ["MeanVisualTokens"] = 0.5 } };
        var status = await Cluster.EndAsync(await Cluster.Jobs.SubmitAsync(job with { Searches = [tooTight, job.Searches[1]] }));
        Assert.Equal((JobState.Failed, 1, 1), (status.State, status.Done, status.Failed));
        Assert.StartsWith("plan-1: EOS3001: ", Assert.Single(status.Faults));
        Assert.Contains("plan-2.json", await Cluster.ResultsAsync(status.Id));
    }

    [Fact]
    public async Task A_job_that_is_cancelled_stops_and_leaves_nothing()
    {
        var id = await Cluster.Jobs.SubmitAsync(SampleJobs.Searches(2, steps: 100_000));
        await WaitForCheckpointAsync(Shared, id);
        await Cluster.Jobs.CancelAsync(id);
        Assert.Equal(JobState.Cancelled, (await Cluster.Jobs.StatusAsync(id)).State);
        Assert.Empty(await Cluster.ResultsAsync(id));
        var next = await Cluster.EndAsync(await Cluster.Jobs.SubmitAsync(SampleJobs.Searches(1, steps: 2)));
        Assert.Equal(JobState.Done, next.State);
    }

    private static async Task WaitForCheckpointAsync(string folder, string job)
    {
        var work = Path.Combine(folder, "jobs", job, "work");
        var before = Checkpoints();
        for (var i = 0; i < 3000 && Checkpoints() <= before; i++)
            await Task.Delay(10);

        int Checkpoints() => Directory.Exists(work) ? Directory.GetFiles(work, "state.*", SearchOption.AllDirectories).Length : 0;
    }
}
