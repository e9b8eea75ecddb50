using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>Searches on a model whose images have different numbers of visual tokens: LLaVA-OneVision's golden checkpoint.</summary>
public sealed class VaryingImagesTests
{
    private static readonly string Family = GoldenFiles.At(Path.Combine("backbones", "llava_onevision"));
    private static readonly string[] Images = ["sq", "wide", "tall", "big"];

    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualShare = 1.0 / 9 }, Steps = 8, BatchSize = 4, AlignmentWeight = 0.1,
        Seed = 5,
    };

    public static TheoryData<string, Func<double, SearchConstraints>> Budgets() => new()
    {
        { "a share", _ => new SearchConstraints { MeanVisualShare = 1.0 / 9 } },
        { "a larger share and an end", mean => new SearchConstraints { MeanVisualShare = 0.4, FinalVisualTokens = mean / 10 } },
        { "a count", mean => new SearchConstraints { MeanVisualTokens = mean / 4 } },
    };

    [Theory]
    [MemberData(nameof(Budgets))]
    public void A_search_ends_with_a_budget_that_holds_for_each_image_and_is_used(string name, Func<double, SearchConstraints> budget)
    {
        Assert.NotEmpty(name);
        using var model = VisionLanguageModel.Load(Path.Combine(Family, "checkpoint"));
        using var data = Data(model, 1);
        var sizes = ImageSizes.Of(data.Rows.SelectMany(row => row.Images).Select(image => image.Layout.Count));
        Assert.True(sizes.Tokens.Count > 1, "the images are alike");
        var result = Search(model, data, Settings with { Constraints = budget(sizes.Mean) });

        Assert.Equal(sizes, result.Plan.ImageSizes);
        Assert.All(result.Report.Constraints, c => Assert.True(c.Spent <= c.Limit + 1e-9 && c.Spent == result.Plan.Spent(c.Kind), $"{c.Kind} {c.Spent} of {c.Limit}"));
        var ledgers = sizes.Tokens.Select(tokens => TokenLedger.Compute(result.Plan.Model, result.Plan.Sites, sizes: ImageSizes.All(tokens))).ToArray();
        // The ledger is the true mean of the images' own.
        Assert.Equal(ledgers.Zip(sizes.Images, (ledger, images) => ledger.Mean * images).Sum() / sizes.Images.Sum(), result.Plan.Ledger.Mean, 1e-9);
        var limit = result.Report.Constraints[0].Limit;
        if (result.Report.Constraints[0].Kind == ConstraintKind.MeanVisualShare)
            Assert.All(ledgers.Zip(sizes.Tokens), one => Assert.InRange(one.First.Mean, 1, limit * one.Second + 1e-9));
        // Less than one token of one layer an image is left, but for an end that binds first.
        if (result.Report.Constraints.Count == 1)
            Assert.InRange((limit - result.Report.Constraints[0].Spent) * (limit < 1 ? sizes.Mean : 1), -1e-9, 1);
    }

    [Fact]
    public void The_executed_plan_computes_what_the_search_computed_whatever_stands_beside_a_row()
    {
        using var model = VisionLanguageModel.Load(Path.Combine(Family, "checkpoint"));
        using var data = Data(model, 1);
        var plan = Search(model, data, Settings with { Constraints = new() { MeanVisualShare = 0.3 } }).Plan;
        plan = ReductionPlan.FromJson(plan.ToJson(), plan.Parameters);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var prompts = data.Rows.Select(row => (int[])[.. row.Images[0].Before, model.ImageTokenId, .. row.Segments[0].Question]).ToArray();
        var reduced = new ReducedModel(model, plan);
        using var batch = PromptBatch.Create(model, prompts, data.Images.Get(PackedRow.ImagesOf(data.Rows)));
        var together = Last(reduced.Forward(batch));                                                // (Q, V)
        for (var i = 0; i < data.Rows.Count; i++)
        {
            var row = data.Rows[i];
            using var alone = PromptBatch.Create(model, [prompts[i]], data.Images.Get(PackedRow.ImagesOf([row])));
            Close(together[i], Last(reduced.Forward(alone))[0], 2e-5);
            var searched = new SearchForward(model).Run(new PackedBatch([row], model), data.Images.Get(PackedRow.ImagesOf([row])),
                SoftSite.Of(plan, ComputeType.Of(model.DataType), model.Device), 0.5, k => k);
            Close(together[i], TaskLoss.LogProbabilities(model, new PackedBatch([row], model), searched)[0], 2e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_seed_gives_the_same_plan(bool seesQuestion)
    {
        using var model = VisionLanguageModel.Load(Path.Combine(Family, "checkpoint"));
        using var data = Data(model, seesQuestion ? 1 : 2, images: 2);
        var settings = Settings with
        {
            Constraints = new() { MeanVisualShare = 0.25 },
            Steps = 4,
            Scores = seesQuestion ? null : [ScoreCriterion.Probe, ScoreCriterion.Novelty],
        };
        Assert.Equal(Search(model, data, settings).Plan.ToJson(), Search(model, data, settings).Plan.ToJson());
    }

    private static SearchResult Search(VisionLanguageModel model, SearchData data, SearchSettings settings) =>
        new OperatorSearch(model, settings).RunFront([settings.Constraints], data, data, null, default)[0];

    // Two questions about each image.
    internal static SearchData Data(VisionLanguageModel model, int questionsPerRow, int images = 4)
    {
        var tiles = TileImageProcessor.FromConfig(Path.Combine(Family, "preprocessor_config.json"), LlavaOneVisionConfig.Tiles);
        RgbImage[] all = [.. Images.Take(images).Select(name => RgbImage.Decode(Path.Combine(Family, "images", $"img_{name}.png")))];
        VisualLayout[] layouts = [.. all.Select(image => model.LayoutOf(
            new ImageShape(tiles.Parts(new ImageSize(image.Height, image.Width), imagesInPrompt: 1), image.Height, image.Width)))];
        var rows = PackedRow.Pack(
            from image in Enumerable.Range(0, all.Length)
            from question in Enumerable.Range(0, 2)
            select ((IReadOnlyList<PackedImage>)[new(image, [1, 7, 9], layouts[image])],
                new PackedRow.Segment([.. Enumerable.Range(10 + 7 * image, 3 + question)], [30 + question, 2])), questionsPerRow);
        return new SearchData(rows, new ImageCache(wanted =>
        {
            using var scope = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(i => model.EncodeImages(tiles.ToInput([all[i.Index]], i.InPrompt)))]).MoveToOuterDisposeScope();
        }, 1 << 28), ["all"], "sha256:test");
    }

    private static Tensor Last(Tensor logits) => logits.narrow(1, logits.size(1) - 1, 1).squeeze(1).log_softmax(-1);

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        var worst = expected.sub(actual).abs().max().Number();
        Assert.True(worst < tolerance, $"worst difference {worst:g3}, allowed {tolerance:g3}");
    }
}
