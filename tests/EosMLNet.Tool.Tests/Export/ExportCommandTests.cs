using System.Text.Json;
using EosMLNet.Onnx;
using EosMLNet.Tests.Models;

namespace EosMLNet.Tool.Tests.Export;

public sealed class ExportCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Graphs_plan_and_manifest_lie_beside_copies_of_the_model_s_files()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--plan", tiny.Plan(4), "--output", tiny["exported"]);
        run.MustSucceed();
        Assert.Contains("sites", run.Output);
        Assert.All(["eos-vision.onnx", "eos-decoder.onnx", "eos-onnx.json", "eos-plan.json", "config.json", "model.safetensors", "tokenizer_config.json"],
            file => Assert.True(File.Exists(Path.Combine(tiny["exported"], file)), file));
    }

    [Fact]
    public async Task Converted_weights_take_the_place_of_the_model_s()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--output", tiny["few"], "--weights", "int8");
        run.MustSucceed();
        Assert.True(File.Exists(Path.Combine(tiny["few"], "eos-weights.safetensors")));
        Assert.False(File.Exists(Path.Combine(tiny["few"], "model.safetensors")));
        Assert.Contains("Accuracy with Int8 weights was not measured. Export with --data TSV and --images DIR to measure it.", run.Output);
    }

    [Fact]
    public async Task Converted_weights_that_lose_nothing_are_written_with_both_accuracies_and_those_that_lose_much_are_not()
    {
        using var outlier = new TinyModel();
        OutlierModel.Make(outlier.Model);
        Answer(outlier);
        string[] export = ["export", "--model", outlier.Model, "--output", outlier["out"], "--data", outlier.Table, "--images", outlier.Images, "--max-new-tokens", "3"];

        var refused = await EosRun.Of([.. export, "--weights", "int8"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Matches(@"EOS3003: Accuracy with Int8 weights falls by [01]\.[0-9]{4}, from [01]\.[0-9]{4} to [01]\.[0-9]{4} over 12 questions; MaxAccuracyDrop allows 0\.01\.", refused.Error);
        Assert.Contains("95% interval", refused.Error);
        Assert.False(Directory.Exists(outlier["out"]));

        var written = await EosRun.Of([.. export, "--weights", "float16", "--limit", "6", "--json", outlier["result.json"]]);
        written.MustSucceed();
        Assert.Matches(@"Accuracy over 6 questions: ([01]\.[0-9]{4}) with the weights as stored, \1 converted; the difference is 0\.0000, its 95% interval 0\.0000 to 0\.0000\.", written.Output);
        Assert.Equal(6, OnnxManifest.Load(outlier["out"]).Accuracy!.Questions);
        Assert.Contains("\"stored\": ", File.ReadAllText(outlier["result.json"]));

        var allowed = await EosRun.Of([.. export, "--weights", "int8", "--max-accuracy-drop", "1"]);
        allowed.MustSucceed();
    }

    [Theory]
    [InlineData("--images is missing", "--weights", "int8", "--data", "rows.tsv")]
    [InlineData("--data is missing", "--weights", "int8", "--images", ".")]
    [InlineData("--limit is 0", "--weights", "int8", "--limit", "0")]
    public async Task Options_of_the_measurement_that_make_no_sense_are_refused(string why, params string[] options)
    {
        var run = await EosRun.Of(["export", "--model", tiny.Model, "--output", tiny["none"], .. options]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"EOS1013: {why}", run.Error);
        Assert.False(Directory.Exists(tiny["none"]));
    }

    // The table's answers become the model's own, where they are text that a table can hold.
    private static void Answer(TinyModel tiny)
    {
        var data = VqaDataset.LoadTsv(tiny.Table, tiny.Images);
        using var model = OnnxModel.Load(tiny.Model);
        var rows = File.ReadAllLines(tiny.Table);
        var said = data.Examples.Select(row => model.Processor!.Decode(model.Generate([([data.Images[row.Images[0]]], row.Question)], 3)[0].Ids)).ToArray();
        Assert.Contains(said, IsClean);
        File.WriteAllLines(tiny.Table, rows.Skip(1).Zip(said).Select(row =>
        {
            var fields = row.First.Split('\t');
            return $"{fields[0]}\t{fields[1]}\t{(IsClean(row.Second) ? row.Second : fields[2])}\t{fields[3]}";
        }).Prepend(rows[0]));

        static bool IsClean(string text) => text.Trim().Length > 0 && !text.Any(char.IsControl);
    }

    [Fact]
    public async Task A_folder_without_a_model_is_EOS1001()
    {
        var run = await EosRun.Of("export", "--model", tiny["nothing"], "--output", tiny["out"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("EOS1001", run.Error);
        Assert.False(Directory.Exists(tiny["out"]));
    }

    [Theory]
    [InlineData("eos", "eos-decoder.onnx")]
    [InlineData("genai", "genai_config.json")]
    public async Task A_layout_is_for_one_program(string layout, string file)
    {
        using var folder = new TemporaryFolder();
        var run = await EosRun.Of("export", "--model", tiny.Model, "--plan", tiny.Plan(4), "--layout", layout, "--output", folder.Path, "--json", folder["result.json"]);
        run.MustSucceed();
        Assert.True(File.Exists(folder[file]));
        using var result = JsonDocument.Parse(File.ReadAllText(folder["result.json"]));
        Assert.Contains(layout, result.RootElement.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_layout_that_is_not_known_is_refused_by_name()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--layout", "gguf", "--output", "nowhere");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("gguf", run.Error);
        Assert.False(Directory.Exists("nowhere"));
    }
}
