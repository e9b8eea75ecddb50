extern alias BuildTask;

using BuildTask::EosMLNet.Build.Exchange;
using BuildTask::EosMLNet.Build.Tasks;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tests.Tasks;

public sealed class EosPrepareTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly MockEngine engine = new();

    public EosPrepareTests()
    {
        Directory.CreateDirectory(folder["model"]);
        Directory.CreateDirectory(folder["images"]);
        folder.Write("latency.json", "{}");
        folder.Write("train.tsv", "ImagePath\tQuestion\tAnswer\n");
    }

    [Fact]
    public void The_request_says_everything_and_the_outputs_are_items_as_the_SDK_has_them()
    {
        var task = Prepare(Model(("Steps", "7"), ("LatencyTable", "latency.json"), ("LatencyMs", "5"), ("Device", "cpu"), ("OutputFile", "models/vqa.zip")));
        task.LibTorchPath = "torch;lib";
        Assert.True(task.Execute());

        var run = Assert.Single(task.Runs);
        var file = SafePropertyValue.Decode(run.GetMetadata("AdditionalProperties")["EosRequestFile=".Length..]);
        var request = BuildRequest.Parse(File.ReadAllText(file));
        Assert.Equal(folder["model"], request[BuildRequest.Model]);
        Assert.Equal(folder["train.tsv"], request[BuildRequest.TrainingData]);
        Assert.Equal(folder["torch;lib"], request[BuildRequest.LibTorch]);
        Assert.Equal("cpu", request[BuildRequest.Device]);
        Assert.Equal(folder["latency.json"], request[BuildRequest.LatencyTable]);
        Assert.Equal([KeyValuePair.Create("LatencyMs", "5"), KeyValuePair.Create("Steps", "7")], request.Options);

        Assert.Equal(["vqa.zip", "vqa.plan.json", "vqa.plan.safetensors", "vqa.summary.json"], task.Artifacts.Select(item => Path.GetFileName(item.ItemSpec)));
        Assert.All(task.Artifacts, item =>
        {
            Assert.Equal("models/" + Path.GetFileName(item.ItemSpec), item.GetMetadata("Link"));
            Assert.Equal("PreserveNewest", item.GetMetadata("CopyToOutputDirectory"));
            Assert.Equal("true", item.GetMetadata("ExcludeFromSingleFile"));
            Assert.Equal("false", item.GetMetadata("Pack"));
        });
    }

    [Fact]
    public void While_the_stamp_holds_nothing_runs_and_circumstances_do_not_count()
    {
        var task = Prepare(Model());
        Assert.True(task.Execute());
        var request = BuildRequest.Parse(File.ReadAllText(Directory.GetFiles(folder["out"], "*.rsp").Single()));
        var stamp = BuildStamp.Of(request.Fingerprint(), [StampedFile.Of(folder["train.tsv"])], folder["model"]);
        File.WriteAllText(BuildStamp.PathFor(request[BuildRequest.Output]), stamp.ToText());

        Assert.Empty(Runs(Model()));
        Assert.Empty(Runs(Model(), task => (task.LibTorchPath, task.CacheFolder, task.TimeoutSeconds) = ("elsewhere", "another", "9")));
        Assert.Single(Runs(Model(("Steps", "8"))));
        Assert.Single(Runs(Model(), task => task.Device = "cuda"));
        File.WriteAllText(folder["model/tokenizer.model"], ""); // a file that was not there before
        Assert.Single(Runs(Model()));
    }

    [Fact]
    public void The_device_of_the_build_goes_before_the_item_s()
    {
        var task = Prepare(Model(("Device", "cuda")));
        task.Device = "cpu";
        Assert.True(task.Execute());
        Assert.Contains("device=cpu\n", File.ReadAllText(Directory.GetFiles(folder["out"], "*.rsp").Single()));
    }

    [Fact]
    public void An_error_has_code_and_text_and_braces_do_no_harm()
    {
        var task = Prepare(Model(("ImageFolder", "{0} {nowhere}")));
        Assert.False(task.Execute());
        var error = Assert.Single(engine.Errors);
        Assert.Equal("EOS1001", error.Code);
        Assert.Contains("{0} {nowhere}", error.Message);
    }

    [Fact]
    public void A_limit_with_several_values_is_a_model_for_each()
    {
        var task = Prepare(Model(("MeanVisualTokens", "64; 32;16;"), ("OutputFile", "models/vqa.zip"), ("Plan", "plans/vqa.plan.json")));
        Assert.True(task.Execute(), string.Join("\n", engine.Errors.Select(error => error.Message)));
        var requests = task.Runs.Select(run => BuildRequest.Parse(File.ReadAllText(SafePropertyValue.Decode(run.GetMetadata("AdditionalProperties")["EosRequestFile=".Length..])))).ToArray();
        Assert.Equal(["64", "32", "16"], requests.Select(request => request[BuildRequest.OfFront]));
        Assert.Equal([folder["out/models/vqa-64.zip"], folder["out/models/vqa-32.zip"], folder["out/models/vqa-16.zip"]], requests.Select(request => request[BuildRequest.Output]));
        Assert.Equal([folder["plans/vqa-64.plan.json"], folder["plans/vqa-32.plan.json"], folder["plans/vqa-16.plan.json"]], requests.Select(request => request[BuildRequest.Plan]));
        Assert.Equal(3, requests.Select(request => request.Fingerprint()).Distinct().Count());
        Assert.All(requests, request => Assert.Equal([KeyValuePair.Create("MeanVisualTokens", "64; 32;16;")], request.Options));
        Assert.Equal(12, task.Artifacts.Length);
        Assert.Contains("models/vqa-32.plan.json", task.Artifacts.Select(item => item.GetMetadata("Link")));
    }

    [Fact]
    public void A_report_is_a_file_beside_the_project_for_each_plan_and_needs_questions_that_the_search_has_not_seen()
    {
        var task = Prepare(Model(("MeanVisualTokens", "64;32"), ("Report", "pages/vqa.html"), ("ValidationData", "train.tsv")));
        Assert.True(task.Execute(), string.Join("\n", engine.Errors.Select(error => error.Message)));
        var requests = task.Runs.Select(run => BuildRequest.Parse(File.ReadAllText(SafePropertyValue.Decode(run.GetMetadata("AdditionalProperties")["EosRequestFile=".Length..]))));
        Assert.Equal([folder["pages/vqa-64.html"], folder["pages/vqa-32.html"]], requests.Select(request => request[BuildRequest.Report]));

        Assert.False(Prepare(Model(("Report", "vqa.html"))).Execute());
        var error = Assert.Single(engine.Errors);
        Assert.Equal("EOS1013", error.Code);
        Assert.Contains("has a Report, but no ValidationData", error.Message);
    }

    [Theory]
    [InlineData("MeanVisualTokens and MacsRatio both have several values", "64;32", "0.5;0.25")]
    [InlineData("MeanVisualTokens has the value '../x'; expected numbers", "64;../x", "0.5")]
    [InlineData("MeanVisualTokens is '64;64.0'; expected no value twice", "64;64.0", "0.5")]
    public void A_front_that_is_none_is_refused(string why, string tokens, string macs)
    {
        Assert.False(Prepare(Model(("MeanVisualTokens", tokens), ("MacsRatio", macs))).Execute());
        var error = Assert.Single(engine.Errors);
        Assert.Equal("EOS1013", error.Code);
        Assert.Contains(why, error.Message);
    }

    [Fact]
    public void Every_kind_of_limit_can_have_several_values() =>
        Assert.Equal(EosMLNet.Plans.ConstraintKind.All.Select(kind => kind.Name).Order(), ModelFront.Limits.Order());

    private TaskItem[] Runs(TaskItem model, Action<EosPrepare>? change = null)
    {
        var task = Prepare(model);
        change?.Invoke(task);
        Assert.True(task.Execute());
        return [.. task.Runs.Cast<TaskItem>()];
    }

    private EosPrepare Prepare(params TaskItem[] models) => new()
    {
        BuildEngine = engine,
        Models = models,
        ProjectFile = folder["App.csproj"],
        OutputFolder = folder["out"],
        WorkerProject = "worker.proj",
        WorkerPath = folder["eos.dll"],
    };

    private TaskItem Model(params (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(folder["model"]);
        item.SetMetadata("TrainingData", "train.tsv");
        item.SetMetadata("ImageFolder", "images");
        foreach (var (name, value) in metadata)
            item.SetMetadata(name, value);
        return item;
    }

    public void Dispose() => folder.Dispose();
}
