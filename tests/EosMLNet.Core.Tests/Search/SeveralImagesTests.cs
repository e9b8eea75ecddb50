using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

/// <summary>Rows about several images, on LLaVA-OneVision's golden checkpoint: an image that is not alone has fewer visual tokens there.</summary>
public sealed class SeveralImagesTests : IDisposable
{
    private static readonly string Family = GoldenFiles.At(Path.Combine("backbones", "llava_onevision"));
    private readonly TemporaryFolder folder = new();
    private readonly VisionLanguageModel model;
    private readonly RgbImage[] images;

    public SeveralImagesTests()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Family, "checkpoint")).Append(Path.Combine(Family, "preprocessor_config.json")))
            File.Copy(file, folder[Path.GetFileName(file)]);
        BpeTrainer.Train(["which is larger? red, green, blue", "<|im_start|>user <|im_end|> assistant"], 290).Save(folder.Path);
        model = VisionLanguageModel.Load(folder.Path);
        images = [.. ((string[])["sq", "wide", "tall", "big"]).Select(name => RgbImage.Decode(Path.Combine(Family, "images", $"img_{name}.png")))];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void A_row_has_the_answer_that_its_images_and_question_have_alone(int batchSize)
    {
        var data = Data();
        foreach (var plan in (ReductionPlan[])[ReductionPlan.Identity(model.ToPlanModel()), Reduced(ScoreCriterion.FeatureNorm), Reduced(ScoreCriterion.TextAttention)])
        {
            using var reduced = new ReducedModel(model, plan);
            var expected = data.Examples.Select(row =>
            {
                using var batch = PromptBatch.Create(model, [(ImagesOf(data, row), row.Question)], plan);
                return model.Processor!.Decode(reduced.Generate(batch, 8).Ids[0]);
            }).ToArray();
            Assert.True(expected.Distinct().Count() > 2, "the model answers everything alike");
            Assert.Equal(expected, Evaluator.Evaluate(reduced, data, batchSize).Answers);
        }
    }

    [Fact]
    public void The_same_image_alone_and_beside_another_is_encoded_as_the_model_sees_it_there()
    {
        var data = Data();
        using var cache = new ImageCache(model, data);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var found = cache.Get([new(3, 1), new(3, 2), new(3, 1)]);
        Assert.Equal(found.Counts[0], found.Counts[2]);
        Assert.True(found.Counts[1] < found.Counts[0]);
    }

    [Fact]
    public void Whether_a_row_is_too_long_is_decided_by_its_own_images()
    {
        var builder = new VqaDataset.Builder();
        var other = images.First(image => Tokens(image, 1) != model.VisualTokens);
        foreach (var (row, length) in ((RgbImage[], int)[])[
            ([other], model.MaxPositions - Tokens(other, 1)), ([other], model.MaxPositions - Tokens(other, 1) + 1),
            ([images[3], images[0]], model.MaxPositions - Tokens(images[3], 2) - Tokens(images[0], 2)),
            ([images[3], images[0]], model.MaxPositions - Tokens(images[3], 2) - Tokens(images[0], 2) + 1)])
        {
            builder.Add(row, Question(length, row.Length), "red");
        }
        using var unreduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        var result = Evaluator.Evaluate(unreduced, builder.Build(), maxNewTokens: 1);
        Assert.Equal([false, true, false, true], result.Probabilities.Select(double.IsNaN));
        Assert.Equal(2, result.TooLong);
    }

    [Fact]
    public void A_search_on_rows_of_two_images_meets_its_budget_and_gives_the_same_plan_again()
    {
        var data = Data();
        var settings = new SearchSettings
        {
            Constraints = new() { MeanVisualShare = 0.25 }, Scores = [ScoreCriterion.FeatureNorm], Steps = 4, BatchSize = 3, AlignmentWeight = 0.1,
            Seed = 5, SnapToCorners = false, Frozen = new() { Diversity = 0 },
        };
        var result = new OperatorSearch(model, settings).Run(data, data, null, default);
        var constraint = Assert.Single(result.Report.Constraints);
        Assert.True(constraint.Spent <= constraint.Limit + 1e-9);
        Assert.Equal(data.Examples.Select(row => (row.Images.Count, Images: string.Join(' ', row.Images))).Distinct()
            .SelectMany(row => row.Images.Split(' ').Select(image => Tokens(data.Images[int.Parse(image)], row.Count))).Distinct().Order(),
            result.Plan.ImageSizes!.Tokens.Order());
        using var reduced = new ReducedModel(model, result.Plan);
        Assert.Equal(data.Examples.Count, Evaluator.Evaluate(reduced, data).Answers.Count);
        Assert.Equal(result.Plan.ToJson(), new OperatorSearch(model, settings).Run(data, data, null, default).Plan.ToJson());
    }

    [Fact]
    public void Rows_that_share_an_image_are_drawn_together()
    {
        Assert.Equal([0, 1, 0, 2, 0, 1], ImageGroups.OfRows([[7], [3, 4], [8, 7], [5], [8, 9], [4]]));
        Assert.Equal([0, 0, 0], ImageGroups.OfRows([[1], [2], [2, 1]]));
        double[] right = [1, 1, 1, 0, 0, 0], wrong = new double[6];
        var apart = PairedBootstrap.Accuracy(Rows([0], [1], [2], [3], [0, 3], [1, 2]), right, wrong);
        var together = PairedBootstrap.Accuracy(Rows([0], [0], [0], [3], [3], [3]), right, wrong);
        Assert.Equal((0.5, 0.0, 1.0), (together.Difference, together.Low, together.High));
        Assert.True(apart.Low > together.Low && apart.High < together.High);

        VqaDataset Rows(params int[][] rows)
        {
            var builder = new VqaDataset.Builder();
            foreach (var row in rows)
                builder.Add([.. row.Select(image => images[image])], "?", "red");
            return builder.Build();
        }
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    // One question about one image, two about each pair, among them one image twice.
    private VqaDataset Data()
    {
        var builder = new VqaDataset.Builder();
        for (var i = 0; i < images.Length; i++)
        {
            builder.Add(images[i], $"which is {i}?", "red");
            builder.Add([images[i], images[(i + 1) % 4]], "which is larger?", "green");
            builder.Add([images[i], images[(i + 1) % 4]], "which is red? red?", "blue");
        }
        builder.Add([images[1], images[1]], "which is larger?", "red");
        return builder.Build();
    }

    private static IReadOnlyList<Visual> ImagesOf(VqaDataset data, VqaExample row) => [.. row.Images.Select(image => data.Images[image])];

    private int Tokens(Visual image, int inPrompt) => model.LayoutOf(model.Processor!.Images.ShapeOf(image, inPrompt)).Count;

    // One whose prompt has so many tokens beside the visual ones.
    private string Question(int length, int count)
    {
        var question = "which?";
        while (model.Processor!.EncodePrompt(question, count).Length - count is var now && now != length)
        {
            Assert.True(now < length);
            question += new string('?', length - now);
        }
        return question;
    }

    private ReductionPlan Reduced(ScoreCriterion criterion) => ReductionPlan.Create(model.ToPlanModel(),
    [
        new ReductionSite
        {
            Layer = 1, KeepShare = 0.3, AttentionSource = AttentionSource.OwnLayer, Score = new Dictionary<ScoreCriterion, double> { [criterion] = 1 },
        },
    ]);
}
