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
