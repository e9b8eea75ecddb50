using Microsoft.ML;
using Microsoft.ML.Data;
using Neighbours;

namespace EosMLNet.Rewrite.Tests.Pipelines;

/// <summary>A pipeline with our stage and a model in ONNX, which look at the same images.</summary>
public sealed class OnnxModelTests(Scenes scenes) : IClassFixture<Scenes>
{
    private readonly MLContext ml = scenes.Context();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_say_what_they_say_alone_and_are_saved_and_loaded(bool oursFirst)
    {
        using var fitted = Pipeline(oursFirst).Fit(scenes.Test(ml));
        ml.Model.Save(fitted, scenes.Test(ml).Schema, scenes["onnx.zip"]);
        var other = new MLContext();
        using var loaded = (IDisposable)other.Model.Load(scenes["onnx.zip"], out _);

        var alone = Scenes.Answers(ml, scenes.Answering(ml).Fit(scenes.Test(ml)).Transform(scenes.Test(ml)));
        AssertBoth(alone, Scenes.Answers(ml, fitted.Transform(scenes.Test(ml))));
        AssertBoth(alone, Scenes.Answers(other, ((ITransformer)loaded).Transform(scenes.Test(other))));
    }

    [Fact]
    public void An_engine_answers_row_by_row_with_both()
    {
        var pipeline = Pipeline(oursFirst: true)
            .Append(ml.Transforms.CopyColumns(nameof(VqaAnswer.PredictedFamily), nameof(VqaRow.Family)));
        using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(pipeline.Fit(scenes.Test(ml)));
        var rows = ml.Data.CreateEnumerable<VqaRow>(scenes.Test(ml), reuseRowObject: false).ToList();
        Assert.Equal(2, rows.Select(row => row.ImagePath).Distinct().Count());
        foreach (var row in rows)
        {
            var answer = engine.Predict(row);
            Assert.Equal(row.Answer, answer.PredictedAnswer);
            Assert.Equal(Mean(row.ImagePath), answer.Colour, Near);
        }
    }

    private EstimatorChain<ITransformer> Pipeline(bool oursFirst)
    {
        var onnx = ml.Transforms.ResizeImages("Resized", MeanColour.Side, MeanColour.Side, "Image")
            .Append(ml.Transforms.ExtractPixels("pixels", "Resized"))
            .Append(ml.Transforms.ApplyOnnxModel("colour", "pixels", MeanColour.Write(scenes["colour.onnx"])))
            .Append(ml.Transforms.CopyColumns(nameof(VqaAnswer.Colour), "colour"));
        var ours = ml.VisionLanguage().Answer(Scenes.ModelPath);
        IEstimator<ITransformer>[] stages = oursFirst ? [ours, onnx] : [onnx, ours];
        var images = ml.Transforms.LoadImages("Image", scenes["images"], nameof(VqaRow.ImagePath));
        return images.Append(stages[0]).Append(stages[1]);
    }

    private void AssertBoth(IReadOnlyList<VqaAnswer> alone, IReadOnlyList<VqaAnswer> rows)
    {
        Assert.Equal(alone.Select(row => row.PredictedAnswer), rows.Select(row => row.PredictedAnswer));
        Assert.All(rows, row => Assert.Equal(Mean(row.ImagePath), row.Colour, Near));
    }

    private static bool Near(float expected, float found) => Math.Abs(expected - found) < 1e-3f;

    // Red, green and blue, from 0 to 255.
    private float[] Mean(string image)
    {
        var pixels = RgbImage.Decode(scenes[$"images/{image}"]).Pixels.ToArray();
        var sums = new double[3];
        for (var i = 0; i < pixels.Length; i++)
            sums[i % 3] += pixels[i];
        return [.. sums.Select(sum => (float)(sum * 3 / pixels.Length))];
    }
}
