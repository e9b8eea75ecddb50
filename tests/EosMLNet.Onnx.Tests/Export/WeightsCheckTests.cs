using EosMLNet.Onnx;
using EosMLNet.Tests.Models;

namespace EosMLNet.Tests.Onnx.Export;

/// <summary>Converted weights, measured on questions. The model answers as ever, but in 8 bits: there it knows nothing any more.</summary>
public sealed class WeightsCheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly VqaDataset questions;

    public WeightsCheckTests()
    {
        Directory.CreateDirectory(Model);
        foreach (var file in Directory.GetFiles(GoldenFiles.TinyLlava))
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
        BpeTrainer.Train(["what colour is it?"], 290).Save(Model);
        OutlierModel.Make(Model);
        questions = Asked(Model);
    }

    private string Model => folder["model"];

    private string Output => folder["exported"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_it_costs_is_returned_and_in_the_manifest_and_the_folder_answers()
    {
        var told = new Told();
        var manifest = Export(OnnxWeights.Float16, new(questions) { BatchSize = 3, Progress = told });
        var (count, found) = (questions.Examples.Count, manifest.Accuracy!);
        Assert.Equal((questions.Fingerprint, count, 1.0, 0.01), (found.Data, found.Questions, found.Stored, found.MaxAccuracyDrop));
        Assert.Equal(found.Converted - 1, found.Difference.Difference, 1e-9);
        Assert.InRange(found.Converted, 0.99, 1);
        Assert.Equal(found, OnnxManifest.Load(Output).Accuracy);
        Assert.Equal([3, 6, 8, 11, 14, 16], told.Values);
        using var model = OnnxModel.LoadExported(Output);
        Assert.Equal(found.Converted, model.Evaluate(questions).Accuracy);
        Assert.Empty(Directory.GetDirectories(Output));
    }

    [Theory]
    [InlineData(OnnxLayout.Eos)]
    [InlineData(OnnxLayout.GenAi)]
    public void What_loses_too_much_is_EOS3003_and_nothing_is_written(OnnxLayout layout)
    {
        var fault = Assert.Throws<EosException>(() => Export(OnnxWeights.Int8, new(questions) { MaxAccuracyDrop = 0.5 }, layout));
        Assert.Equal(EosErrors.AccuracyGate, fault.Code);
        Assert.Contains("Accuracy with Int8 weights falls by ", fault.Message);
        Assert.Contains($"over {questions.Examples.Count} questions; MaxAccuracyDrop allows 0.5.", fault.Message);
        Assert.Contains("95% interval -", fault.Message);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void An_export_that_was_there_stays_as_it_was_where_another_is_refused()
    {
        Export(OnnxWeights.Float16, null);
        var before = Contents();
        Assert.Throws<EosException>(() => Export(OnnxWeights.Int8, new(questions)));
        Assert.Equal(before, Contents());
        Assert.Empty(Directory.GetDirectories(Output));

        string[] Contents() => [.. Directory.GetFiles(Output).Order().Select(file => file + Convert.ToHexString(File.ReadAllBytes(file)))];
    }

    [Fact]
    public void What_is_allowed_to_lose_everything_is_written_with_what_it_lost()
    {
        var manifest = Export(OnnxWeights.Int8, new(questions) { MaxAccuracyDrop = 1 });
        Assert.InRange(manifest.Accuracy!.Converted, 0, 0.5);
        Assert.InRange(manifest.Accuracy.Difference.Low, -1, manifest.Accuracy.Difference.Difference);
        Assert.Contains("with the weights as stored", manifest.Accuracy.ToString());
    }

    [Fact]
    public void Without_questions_nothing_is_measured() => Assert.Null(Export(OnnxWeights.Int8, null).Accuracy);

    [Theory]
    [InlineData(OnnxWeights.Stored, 0.5, "as they are stored")]
    [InlineData(OnnxWeights.Int8, -0.1, "MaxAccuracyDrop is -0.1")]
    [InlineData(OnnxWeights.Int8, double.NaN, "MaxAccuracyDrop is NaN")]
    public void What_makes_no_sense_is_EOS1013(OnnxWeights weights, double limit, string why)
    {
        var fault = Assert.Throws<EosException>(() => Export(weights, new(questions) { MaxAccuracyDrop = limit }));
        Assert.Equal(EosErrors.InvalidOption, fault.Code);
        Assert.Contains(why, fault.Message);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void A_cancelled_measurement_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        var check = new WeightsCheck(questions) { BatchSize = 1, Progress = new Cancels(source) };
        Assert.Throws<OperationCanceledException>(() => OnnxExport.Write(
            Model, null, Output, new() { Weights = OnnxWeights.Int8, Check = check }, source.Token));
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void Questions_that_are_too_long_are_not_asked_and_count_as_wrong()
    {
        var builder = new VqaDataset.Builder();
        foreach (var question in new[] { questions.Examples[0].Question, string.Join(' ', Enumerable.Repeat("what", 3000)) })
            builder.Add(SampleImages.Of(0, 56), question, questions.Examples[0].Answer);
        using var model = OnnxModel.Load(Model);
        var found = model.Evaluate(builder.Build());
        Assert.Equal((1, 0.5), (found.TooLong, found.Accuracy));
        Assert.Equal([1.0, 0.0], found.Scores);
    }

    private OnnxManifest Export(OnnxWeights weights, WeightsCheck? check, OnnxLayout layout = OnnxLayout.Eos) =>
        OnnxExport.Write(Model, null, Output, new() { Weights = weights, Check = check, Layout = layout });

    // Questions that the model answers right: what it says itself.
    private static VqaDataset Asked(string folder)
    {
        string[] words = ["what", "colour", "is it", "what is it"];
        (IReadOnlyList<Visual> Images, string Question)[] rows =
            [.. Enumerable.Range(0, 8).Select(row => ((IReadOnlyList<Visual>)[SampleImages.Of(row % 2, 56)], words[row / 2]))];
        using var model = OnnxModel.Load(folder);
        var builder = new VqaDataset.Builder();
        foreach (var (row, answer) in rows.Zip(model.Generate(rows, 8)))
            builder.Add(row.Images, row.Question, model.Processor!.Decode(answer.Ids));
        return builder.Build();
    }

    private sealed class Told : IProgress<int>
    {
        internal List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }

    private sealed class Cancels(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }
}
