using System.IO.Compression;
using System.Text.Json.Nodes;
using EosMLNet.Build.Exchange;
using EosMLNet.Tensors;
using EosMLNet.Tests.Models;
using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

/// <summary>Builds of a model that answers as ever, but for 8 bits: there it knows nothing any more. They share a cache, so that each type is searched once.</summary>
public sealed class ModelSearchTests(ModelSearchTests.Spoiled spoiled) : IClassFixture<ModelSearchTests.Spoiled>
{
    private readonly TinyModel tiny = spoiled.Tiny;

    public sealed class Spoiled : IDisposable
    {
        public Spoiled() => OutlierModel.Make(Tiny.Model);

        public TinyModel Tiny { get; } = new();

        public void Dispose() => Tiny.Dispose();
    }

    [Theory]
    [InlineData("Float32", "Float32")]
    [InlineData("Int8", "Int8 with Float32")]
    public async Task What_is_measured_are_the_answers_as_they_will_be_given(string type, string form)
    {
        if (type == "Int8" && !CpuSpeed.HasInt8)
            return; // such a processor is told in DataTypesTests
        await Succeeds(type);
        var summary = BuildSummary.Read(tiny["obj/tiny.summary.json"]);
        var validation = summary.Validation;
        Assert.Equal((form, "Float32", Enum.Parse<ModelDataType>(type)), (validation.Form, validation.SearchedForm, validation.DataType));
        Assert.Equal(1, validation.UnreducedAccuracy); // its own answers
        Assert.InRange(validation.SearchedAccuracy!.Value, 0.5, 1); // all tokens may stay
        Assert.Equal(type == "Int8" ? 0 : validation.SearchedAccuracy, validation.Accuracy);
        Assert.Equal(1 - validation.Accuracy, validation.FamilyDrops.Values.Average(), 1e-9); // two families of one size
        using var zip = ZipFile.OpenRead(tiny["obj/tiny.zip"]);
        using var provenance = zip.GetEntry("Provenance.json")!.Open();
        var recorded = JsonNode.Parse(provenance)!;
        Assert.Equal((form, validation.Accuracy), (recorded["form"]!.GetValue<string>(), recorded["validationAccuracy"]!.GetValue<double>()));
    }

    [Fact]
    public async Task A_gate_that_the_plan_passes_as_it_was_searched_fails_where_its_answers_in_8_bits_do_not()
    {
        await Succeeds("Float32", ("MaxAccuracyDrop", "0.5"), ("MaxFamilyDrop", "colour=0.5"));
        if (!CpuSpeed.HasInt8)
            return;
        await Fails("Int8", EosErrors.AccuracyGate, ["falls by 1.0000, from 1.0000 to 0.0000", "answers in Int8 with Float32; as it was searched, in Float32, the plan reaches"], ("MaxAccuracyDrop", "0.5"));
        Assert.False(File.Exists(tiny["obj/tiny.zip"]));
        await Succeeds("Int8", ("MaxAccuracyDrop", "1"));
        await Fails("Int8", EosErrors.AccuracyGate, ["'colour' falls by 1.0000"], ("MaxFamilyDrop", "colour=0.5"));
    }

    [Fact]
    public async Task A_committed_plan_is_for_the_type_that_it_was_measured_in()
    {
        var plan = (BuildRequest.Plan, tiny["committed/tiny.plan.json"]);
        await Succeeds("Float32", plan);
        await Succeeds("Float32", plan, (BuildRequest.Mode, "UsePlan"));
        await Fails("Int8", EosErrors.StalePlan, ["measured in DataType Float32, the item says Int8"], plan, (BuildRequest.Mode, "UsePlan"));
    }

    [Fact]
    public async Task A_folder_whose_converted_weights_lose_too_much_fails_the_gate_and_a_committed_plan_is_for_its_weights()
    {
        (string, string)[] folder = [("Format", "Onnx"), ("Weights", "Int8"), (BuildRequest.Output, tiny["folder/tiny.onnx"]), (BuildRequest.Plan, tiny["folder/tiny.plan.json"])];
        Directory.CreateDirectory(tiny["folder"]);
        await Fails("Float32", EosErrors.AccuracyGate,
            ["Validation accuracy falls by ", "answers in ONNX Runtime with Int8 weights; as it was searched, in Float32, the plan reaches"], [.. folder, ("MaxAccuracyDrop", "0.4")]);
        Assert.False(Directory.Exists(tiny["folder/tiny"]));
        await Succeeds("Float32", [.. folder, ("MaxAccuracyDrop", "1")]);
        Assert.True(File.Exists(tiny["folder/tiny/eos-weights.safetensors"]));
        Assert.Equal(Onnx.OnnxWeights.Int8, BuildSummary.Read(tiny["folder/tiny.summary.json"]).Validation.Weights);
        var recorded = JsonNode.Parse(File.ReadAllText(tiny["folder/tiny/eos-provenance.json"]))!;
        Assert.Equal("ONNX Runtime with Int8 weights", recorded["form"]!.GetValue<string>());
        (string, string)[] committed = [folder[0], ("Weights", "Int4"), folder[2], (BuildRequest.Plan, tiny["folder/tiny.plan.json"]), (BuildRequest.Mode, "UsePlan")];
        await Fails("Float32", EosErrors.StalePlan, ["measured with Weights Int8, the item says Int4"], committed);
    }

    [Theory]
    [InlineData(null, ModelDataType.Auto, true)] // of a summary from before types were recorded
    [InlineData(null, ModelDataType.BFloat16, true)]
    [InlineData(null, ModelDataType.Int8, false)]
    [InlineData(ModelDataType.Int8, ModelDataType.Int8, true)]
    [InlineData(ModelDataType.Int8, ModelDataType.Auto, false)]
    public void A_summary_that_does_not_say_its_type_was_measured_in_another_than_8_bits(ModelDataType? measured, ModelDataType asked, bool fits)
    {
        var summary = new BuildSummary.ValidationSummary(1, 1, 1, new Dictionary<string, double>()) { DataType = measured };
        if (fits)
            ModelSearch.CheckDataType("x.plan.json", summary, asked);
        else
            Assert.Equal(EosErrors.StalePlan, Assert.Throws<EosException>(() => ModelSearch.CheckDataType("x.plan.json", summary, asked)).Code);
    }

    private async Task Succeeds(string type, params (string Name, string Value)[] more)
    {
        var run = await Build(type, more);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }

    private async Task Fails(string type, string code, string[] texts, params (string Name, string Value)[] more)
    {
        var run = await Build(type, more);
        Assert.NotEqual(0, run.ExitCode);
        Assert.All(texts.Append(code), text => Assert.Contains(text, run.Output));
    }

    // The worker, in a process of its own: it looks for libtorch by itself.
    private async Task<EosRun> Build(string type, (string Name, string Value)[] more)
    {
        var request = new BuildRequest();
        foreach (var (name, value) in new (string Name, string Value)[]
        {
            (BuildRequest.Model, tiny.Model), (BuildRequest.TrainingData, tiny.Table), (BuildRequest.ValidationData, tiny.Table), (BuildRequest.ImageFolder, tiny.Images),
            (BuildRequest.Output, tiny["obj/tiny.zip"]), (BuildRequest.Device, "cpu"), (BuildRequest.Cache, tiny["cache"]), ("option.DataType", type),
            ("option.MeanVisualTokens", "16"), ("option.Steps", "2"), ("option.BatchSize", "2"), ("option.Objective", "UnreducedModel"), ("option.SnapToCorners", "false"),
            ("option.TryCounts", "false"),
        }.Where(one => more.All(other => other.Name != one.Name)))
            request.Add(name, value);
        foreach (var (name, value) in more)
            request.Add(char.IsUpper(name[0]) ? BuildRequest.OptionPrefix + name : name, value);
        if (more.All(one => one.Name != BuildRequest.Mode))
            request.Add(BuildRequest.Mode, "Search");
        Directory.CreateDirectory(tiny["obj"]);
        File.WriteAllText(tiny["request.txt"], request.ToText());
        return await EosRun.InChildProcess(new Dictionary<string, string?>(), "build", "--request", tiny["request.txt"]);
    }
}
