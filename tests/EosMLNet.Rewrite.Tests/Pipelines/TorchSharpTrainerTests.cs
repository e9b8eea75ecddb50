using Microsoft.ML;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.NasBert;
using Neighbours;

namespace EosMLNet.Rewrite.Tests.Pipelines;

/// <summary>A pipeline with our stage and, behind it, a trainer of Microsoft.ML.TorchSharp.</summary>
public sealed class TorchSharpTrainerTests(Scenes scenes) : IClassFixture<Scenes>
{
    private readonly MLContext ml = scenes.Context();

    [Fact]
    public void A_trainer_learns_from_our_answers_and_both_are_saved_and_loaded()
    {
        var pipeline = scenes.Answering(ml)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", nameof(VqaRow.Family)))
            .AppendCacheCheckpoint(ml)
            .Append(Classifier(epochs: 25))
            .Append(ml.Transforms.Conversion.MapKeyToValue(nameof(VqaAnswer.PredictedFamily)));
        using var fitted = pipeline.Fit(scenes.Train(ml));
        ml.Model.Save(fitted, scenes.Train(ml).Schema, scenes["both.zip"]);
        var other = new MLContext(seed: 2);
        using var loaded = (IDisposable)other.Model.Load(scenes["both.zip"], out _);

        var before = Scenes.Answers(ml, fitted.Transform(scenes.Test(ml)));
        var after = Scenes.Answers(other, ((ITransformer)loaded).Transform(scenes.Test(other)));
        Assert.Equal(before.Select(row => row.PredictedAnswer), after.Select(row => row.PredictedAnswer));
        Assert.Equal(before.Select(row => row.PredictedFamily), after.Select(row => row.PredictedFamily));
        var rows = ml.Data.CreateEnumerable<VqaRow>(scenes.Test(ml), reuseRowObject: false).Zip(after).ToList();
        Assert.InRange(rows.Average(pair => pair.First.Answer == pair.Second.PredictedAnswer ? 1.0 : 0), 0.9, 1);
        // Always the commonest of the three families would be right for 0.4 of them.
        Assert.InRange(rows.Average(pair => pair.First.Family == pair.Second.PredictedFamily ? 1.0 : 0), 0.75, 1);
    }

    // The trainer reads our answers inside its own dispose scopes, in every epoch. What our stage keeps must not go with them.
    [Fact]
    public void Our_answers_are_the_same_when_a_trainer_has_read_them_in_its_dispose_scopes()
    {
        var alone = Scenes.Answers(ml, scenes.Answering(ml).Fit(scenes.Test(ml)).Transform(scenes.Test(ml)));
        var answering = scenes.Answering(ml, imageCacheBytes: 100_000_000)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label", nameof(VqaRow.Family)))
            .Append(Classifier(epochs: 2))
            .Append(ml.Transforms.Conversion.MapKeyToValue(nameof(VqaAnswer.PredictedFamily)));
        using var fitted = answering.Fit(scenes.Test(ml));
        var beside = Scenes.Answers(ml, fitted.Transform(scenes.Test(ml)));
        Assert.Equal(alone.Select(row => row.PredictedAnswer), beside.Select(row => row.PredictedAnswer));
    }

    private TextClassificationTrainer Classifier(int epochs) =>
        ml.MulticlassClassification.Trainers.TextClassification(new TextClassificationTrainer.TextClassificationOptions
        {
            Sentence1ColumnName = nameof(VqaRow.Question),
            Sentence2ColumnName = nameof(VqaAnswer.PredictedAnswer),
            PredictionColumnName = nameof(VqaAnswer.PredictedFamily),
            ScoreColumnName = "FamilyScore",
            BatchSize = 32, // all rows: a step an epoch
            MaxEpoch = epochs,
            LearningRate = [5e-4],
        });
}
