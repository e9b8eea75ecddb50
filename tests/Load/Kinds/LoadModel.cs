using EosMLNet.Checkpoints;
using EosMLNet.Plans;
using Microsoft.ML.Data;
using Microsoft.ML;
using WebApiLoad;

namespace Load.Kinds;

/// <summary>The model that is asked, and the questions: scenes-llava under FastV at 48 visual tokens, as the sample WebApi answers.</summary>
internal sealed class LoadModel : IDisposable
{
    /// <summary>How many questions an hour has.</summary>
    internal const int QuestionCount = 200;

    private const double MeanVisualTokens = 48;

    private readonly TemporaryFolder folder = new();

    /// <param name="questions">How many questions there are.</param>
    internal LoadModel(int questions)
    {
        Questions = Asked.Draw(questions);
        Images = [.. Questions.Select((asked, i) => Ml.VisionLanguage().LoadImage(new MemoryStream(asked.Picture), $"scene {i}"))];
        var config = ModelConfig.Load(Checkpoint);
        var images = VisionLanguageProcessor.Load(Checkpoint, config).Images;
        var fingerprint = new ModelFingerprint(CheckpointFiles.Of(Checkpoint).Fingerprint);
        Baselines.FastV(config.ToPlanModel(images, fingerprint), MeanVisualTokens).Save(Plan);
    }

    internal MLContext Ml { get; } = new(seed: 1);

    internal IReadOnlyList<Asked> Questions { get; }

    internal IReadOnlyList<MLImage> Images { get; }

    /// <summary>A folder that is removed at the end.</summary>
    internal string Folder => folder.Path;

    private static string Checkpoint => Repository.At("samples", "ScenesVqa", "scenes-llava");

    private string Plan => folder["plan.json"];

    /// <summary>The answering stage.</summary>
    internal VisionLanguageTransformer Fit(AnsweringEngine engine, long imageCacheBytes = 0) => Ml.VisionLanguage().Answer(new AnswerOptions
    {
        ModelPath = Checkpoint, PlanPath = Plan, Engine = engine, ImageCacheBytes = imageCacheBytes,
    }).Fit(Rows([]));

    /// <summary>Rows with the questions of these numbers.</summary>
    internal IDataView Rows(IEnumerable<int> numbers) => Ml.Data.LoadFromEnumerable(
        numbers.Select(i => new AskedRow { Image = Images[i], Question = Questions[i].Question }).ToArray());

    /// <summary>What a model answers one question at a time.</summary>
    internal async Task<string[]> ExpectAsync(VisionLanguageTransformer model)
    {
        var expected = new string[Questions.Count];
        foreach (var (i, asked) in Questions.Index())
            expected[i] = (await model.AnswerAsync([Images[i]], asked.Question)).Text;
        return expected;
    }

    public void Dispose()
    {
        foreach (var image in Images)
            image.Dispose();
        folder.Dispose();
    }
}
