using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using TorchSharp;

namespace EosMLNet.Rewrite.Tests.Pipelines;

/// <summary>The trainer that calls <c>interpolate</c>.</summary>
public sealed class ObjectDetectionTests(Scenes scenes) : IClassFixture<Scenes>
{
    [Fact]
    public void It_trains_beside_our_stage_on_the_same_images()
    {
        var ml = scenes.Context();
        WriteRandomWeights(Path.Combine(ml.TempFilePath, "mlnet", "autoformer_11m_torchsharp.bin"));
        var rows = ml.Data.LoadFromEnumerable([new Boxed()]);
        var pipeline = scenes.Answering(ml)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", nameof(Boxed.Shapes)))
            .Append(ml.MulticlassClassification.Trainers.ObjectDetection(
                new ObjectDetectionTrainer.Options { ScoreColumnName = "Confidence", MaxEpoch = 1 }));
        using var fitted = pipeline.Fit(rows);
        var seen = fitted.Transform(rows);
        Assert.NotEmpty(Assert.Single(seen.GetColumn<string>("PredictedAnswer")));
        Assert.Single(seen.GetColumn<float[]>("PredictedBoundingBoxes"));
    }

    private static void WriteRandomWeights(string file)
    {
        torch.random.manual_seed(1);
        var trainer = typeof(ObjectDetectionTrainer);
        var type = trainer.Assembly.GetType($"{trainer.Namespace}.AutoFormerV2", throwOnError: true)!;
        using var model = (torch.nn.Module)Activator.CreateInstance(type, BindingFlags.Instance | BindingFlags.Public, null,
            [1, new List<int> { 64, 128, 256, 448 }, new List<int> { 2, 2, 6, 2 }, new List<int> { 2, 4, 8, 14 }, torch.CPU], null)!;
        model.save(file);
    }

    private sealed class Boxed
    {
        public string ImagePath { get; set; } = "train-00000.png";
        public string Question { get; set; } = "what number is written";
        public string[] Shapes { get; set; } = ["circle"];
        public float[] BoundingBoxes { get; set; } = [10, 10, 40, 40]; // x0, y0, x1, y1
    }
}
