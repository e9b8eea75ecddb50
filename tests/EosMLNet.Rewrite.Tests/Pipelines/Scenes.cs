using EosMLNet.LibTorch;
using Microsoft.ML;
using Neighbours;
using ScenesVqa;
using TorchSharp;

namespace EosMLNet.Rewrite.Tests.Pipelines;

/// <summary>Six images with some of their questions, and random weights for trainers, in a folder that goes with the fixture.</summary>
public sealed class Scenes : IDisposable
{
    /// <summary>The kinds of questions that are asked: a trainer tells three apart in seconds.</summary>
    internal static readonly string[] Families = ["colour", "count", "number"];

    private readonly TemporaryFolder folder = new();

    public Scenes()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1); // the models are tiny: more threads would only wait for each other
        DatasetWriter.Write(folder.Path, seed: 5, train: 4, validation: 0, test: 2);
        foreach (var file in new[] { folder["train.tsv"], folder["test.tsv"] })
            File.WriteAllLines(file, File.ReadAllLines(file).Where((line, i) => i == 0 || Families.Contains(line.Split('\t')[3])));
        RandomEncoder.Use(new MLContext(), folder.Path);
    }

    public string this[string name] => folder[name];

    internal static string ModelPath { get; } = Path.Combine(AppContext.BaseDirectory, "scenes-llava");

    /// <summary>A context whose trainers find their weights without a network.</summary>
    internal MLContext Context() => new(seed: 1) { TempFilePath = folder.Path };

    internal IDataView Train(MLContext ml) => ml.Data.LoadFromTextFile<VqaRow>(folder["train.tsv"], hasHeader: true);

    internal IDataView Test(MLContext ml) => ml.Data.LoadFromTextFile<VqaRow>(folder["test.tsv"], hasHeader: true);

    /// <summary>Images from files, and answers about them.</summary>
    internal IEstimator<ITransformer> Answering(MLContext ml, long imageCacheBytes = 0) => ml.Transforms
        .LoadImages("Image", folder["images"], nameof(VqaRow.ImagePath))
        .Append(ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = ModelPath, ImageCacheBytes = imageCacheBytes }));

    internal static IReadOnlyList<VqaAnswer> Answers(MLContext ml, IDataView view) =>
        [.. ml.Data.CreateEnumerable<VqaAnswer>(view, reuseRowObject: false, ignoreMissingColumns: true)];

    public void Dispose() => folder.Dispose();
}
