using EosMLNet.Cluster.Grains;

namespace EosMLNet.Cluster.Tests;

[Collection(nameof(WaitingCluster))]
public class BadInputTests(WaitingCluster shared)
{
    private static readonly SearchJob Good = SampleJobs.Searches(1);

    // What a cluster refuses, the code, and a part of the message.
    private static readonly (string Case, ClusterJob Job, string Code, string Says)[] Jobs =
    [
        ("unknown model", With(item => item with { Model = "models/none" }), EosErrors.FileMissing, "no folder 'models/none'"),
        ("unknown table", With(item => item with { Data = "none.tsv" }), EosErrors.FileMissing, "no file 'none.tsv', which the job names as data"),
        ("unknown validation", With(item => item with { Validation = "none.tsv" }), EosErrors.FileMissing, "as validation"),
        ("a file for a folder", With(item => item with { Images = "rows.tsv" }), EosErrors.FileMissing, "as images"),
        ("outside", With(item => item with { Model = "../elsewhere" }), EosErrors.InvalidOption, "leads out of the shared folder"),
        ("outside, absolute", With(item => item with { Model = "/etc" }), EosErrors.InvalidOption, "leads out of the shared folder"),
        ("negative priority", Good with { Priority = -1 }, EosErrors.InvalidOption, "The priority is -1; expected 0 to 100"),
        ("too high a priority", Good with { Priority = 101 }, EosErrors.InvalidOption, "The priority is 101"),
        ("unknown device", Good with { Device = (JobDevice)9 }, EosErrors.InvalidOption, "expected Any, Cpu, Cuda"),
        ("no searches", Good with { Searches = [] }, EosErrors.EmptyDataset, "no searches"),
        ("two of a name", Good with { Searches = [Good.Searches[0], Good.Searches[0] with { Name = "PLAN-1" }] }, EosErrors.InvalidOption, "called 'plan-1'"),
        ("name of another folder", With(item => item with { Name = "../plan" }), EosErrors.InvalidOption, "called '../plan'"),
        ("hidden name", With(item => item with { Name = ".plan" }), EosErrors.InvalidOption, "called '.plan'"),
        ("unknown limit", With(item => item with { Limits = new Dictionary<string, double> { ["MeanVisualToken"] = 8 } }), EosErrors.InvalidOption, "Did you mean 'MeanVisualTokens'?"),
        ("latency", With(item => item with { Limits = new Dictionary<string, double> { ["LatencyMs"] = 8 } }), EosErrors.InvalidOption, "limits 'LatencyMs'"),
        ("no limit", With(item => item with { Limits = new Dictionary<string, double>() }), EosErrors.InvalidOption, "No constraint is set"),
        ("no steps", With(item => item with { Steps = 0 }), EosErrors.InvalidOption, "Steps of the search 'plan-1' is 0"),
        ("no part", SampleJobs.Batch(partRows: 0), EosErrors.InvalidOption, "rows of a part is 0"),
        ("no batch", SampleJobs.Batch() with { BatchSize = 0 }, EosErrors.InvalidOption, "The batch size is 0"),
        ("no answer", SampleJobs.Batch() with { MaxNewTokens = 0 }, EosErrors.InvalidOption, "longest answer is 0"),
        ("unknown plan", SampleJobs.Batch() with { Plan = "none.json" }, EosErrors.FileMissing, "as plan"),
    ];

    private SmallCluster Cluster => shared.Cluster;

    [Fact]
    public async Task A_job_that_cannot_be_done_is_refused_with_a_code_and_reasons()
    {
        var before = await Cluster.Jobs.ListAsync(1000);
        foreach (var (name, job, code, says) in Jobs)
        {
            var error = await Assert.ThrowsAsync<EosException>(() => Cluster.Jobs.SubmitAsync(job));
            Assert.True(error.Code == code && error.Message.Contains(says), $"{name}: {error.Message}");
        }
        Assert.Equal(before.Count, (await Cluster.Jobs.ListAsync(1000)).Count);
    }

    // A client need not be ours.
    [Fact]
    public async Task Silos_check_jobs_and_names_themselves()
    {
        var fault = await Cluster.Grains.GetGrain<IJobGrain>("a").Begin(Good with { Priority = -1 });
        Assert.Equal(EosErrors.InvalidOption, fault!.Code);
        foreach (var name in new[] { "../../elsewhere", "a/b", "Upper", "", new string('a', 65), "a\n" })
        {
            Assert.Equal(EosErrors.UnknownJob, (await Cluster.Grains.GetGrain<IJobGrain>(name.Length == 0 ? "." : name).Begin(Good))!.Code);
            Assert.Equal(EosErrors.UnknownJob, (await Assert.ThrowsAsync<EosException>(() => Cluster.Jobs.StatusAsync(name))).Code);
        }
    }

    [Fact]
    public async Task A_job_that_there_is_not_is_named()
    {
        foreach (var ask in new Func<string, Task>[] { Cluster.Jobs.StatusAsync, Cluster.Jobs.CancelAsync })
        {
            var error = await Assert.ThrowsAsync<EosException>(() => ask("search-00000000"));
            Assert.Equal(EosErrors.UnknownJob, error.Code);
            Assert.Contains("'search-00000000'", error.Message);
        }
    }

    [Fact]
    public async Task A_silo_with_another_folder_does_not_start()
    {
        var queue = Cluster.Grains.GetGrain<IQueueGrain>(QueueGrain.Key);
        Assert.Null(await queue.Enter("the first one's"));
        Assert.Equal(EosErrors.SharedFolder, (await queue.Enter("another"))!.Code);
        Assert.Null(await queue.Enter("the first one's"));
    }

    [Theory]
    [InlineData("""{ "job": "batches" }""", EosErrors.InvalidOption, "expected search or batch")]
    [InlineData("""{ }""", EosErrors.InvalidOption, "'job' of")]
    [InlineData("""[ ]""", EosErrors.MalformedJson, "expected an object")]
    [InlineData("""{ "job": "search", "prioritty": 1 }""", EosErrors.InvalidOption, "Did you mean 'priority'?")]
    [InlineData("""{ "job": "search", "searches": [] }""", EosErrors.EmptyDataset, "no searches")]
    [InlineData("""{ "job": "search", "searches": [ { "name": "a" } ] }""", EosErrors.InvalidOption, "'searches[0].model' of")]
    [InlineData("""{ "job": "search", "searches": [ { "name": "a", "model": "m", "data": "d", "images": "i", "limits": { "MacsRatio": "x" } } ] }""", EosErrors.MalformedJson, "expected a number")]
    [InlineData("""{ "job": "batch", "model": "m", "table": "t", "images": "i", "device": "tpu" }""", EosErrors.InvalidOption, "expected any, cpu, cuda")]
    [InlineData("""{ "job": "batch", "model": "m", "table": "t", "images": "i", "device": "1" }""", EosErrors.InvalidOption, "expected any, cpu, cuda")]
    [InlineData("""{ "job": "batch", "model": "m", "table": "t", "images": "i", "priority": -3 }""", EosErrors.InvalidOption, "The priority is -3")]
    public void A_file_that_is_no_job_is_refused(string text, string code, string says)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<EosException>(() => JobFile.Read(folder.Write("job.json", text)));
        Assert.True(error.Code == code && error.Message.Contains(says), error.Message);
    }

    [Fact]
    public void A_file_names_all_of_a_job()
    {
        using var folder = new TemporaryFolder();
        var batch = (BatchJob)JobFile.Read(folder.Write("batch.json", """
            { "job": "batch", "priority": 3, "device": "cuda", "model": "m", "plan": "p.json", "table": "t.tsv", "images": "i",
              "partRows": 7, "batchSize": 5, "maxNewTokens": 2, "dataType": "float32" }
            """));
        Assert.Equal(new BatchJob
        {
            Priority = 3, Device = JobDevice.Cuda, Model = "m", Plan = "p.json", Table = "t.tsv", Images = "i", PartRows = 7, BatchSize = 5,
            MaxNewTokens = 2, DataType = EosMLNet.Tensors.ModelDataType.Float32,
        }, batch);
        var search = ((SearchJob)JobFile.Read(folder.Write("search.json", """
            { "job": "search", "searches": [ { "name": "a", "model": "m", "data": "d.tsv", "images": "i", "validation": "v.tsv",
              "limits": { "MeanVisualTokens": 16, "MacsRatio": 0.5 }, "seed": 4, "steps": 9, "batchSize": 2, "checkpointEvery": 3 } ] }
            """))).Searches[0];
        Assert.Equal(("a", "m", "d.tsv", "i", "v.tsv", 4, 9, 2, 3),
            (search.Name, search.Model, search.Data, search.Images, search.Validation, search.Seed, search.Steps, search.BatchSize, search.CheckpointEvery));
        var constraints = search.ToSettings(null).Constraints;
        Assert.Equal((16, 0.5), (constraints.MeanVisualTokens, constraints.MacsRatio));
    }

    [Fact]
    public void The_samples_of_the_guide_are_jobs()
    {
        Assert.Equal(["vqa-64"], ((SearchJob)JobFile.Read(Repository.At("samples", "Cluster", "jobs", "search.json"))).Searches.Select(item => item.Name));
        Assert.Equal(500, ((BatchJob)JobFile.Read(Repository.At("samples", "Cluster", "jobs", "batch.json"))).PartRows);
    }

    private static SearchJob With(Func<SearchItem, SearchItem> change) => Good with { Searches = [change(Good.Searches[0])] };
}
