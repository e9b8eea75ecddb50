namespace EosMLNet.Tool.Tests.Export;

public sealed class ExportCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Graphs_plan_and_manifest_lie_beside_copies_of_the_model_s_files()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--plan", tiny.Plan(4), "--output", tiny["exported"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("sites", run.Output);
        Assert.All(["eos-vision.onnx", "eos-decoder.onnx", "eos-onnx.json", "eos-plan.json", "config.json", "model.safetensors", "tokenizer_config.json"],
            file => Assert.True(File.Exists(Path.Combine(tiny["exported"], file)), file));
    }

    [Fact]
    public async Task Converted_weights_take_the_place_of_the_model_s()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--output", tiny["few"], "--weights", "int8");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(File.Exists(Path.Combine(tiny["few"], "eos-weights.safetensors")));
        Assert.False(File.Exists(Path.Combine(tiny["few"], "model.safetensors")));
    }

    [Fact]
    public async Task A_folder_without_a_model_is_EOS1001()
    {
        var run = await EosRun.Of("export", "--model", tiny["nothing"], "--output", tiny["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("EOS1001", run.Error);
        Assert.False(Directory.Exists(tiny["out"]));
    }
}
