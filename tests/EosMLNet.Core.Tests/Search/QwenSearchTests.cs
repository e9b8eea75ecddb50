using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

/// <summary>
/// Searches on models whose tokens have positions in time, row and column, and whose first layers add something to visual tokens: golden
/// checkpoints of the Qwen-VL families.
/// </summary>
public sealed class QwenSearchTests
{
    private const int Patch = 8, Values = 384;

    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualShare = 0.3 }, Steps = 6, BatchSize = 4, AlignmentWeight = 0.1, Seed = 5,
    };

    public static TheoryData<string> Families => ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"];

    [Theory]
    [MemberData(nameof(Families))]
    public void The_executed_plan_computes_what_the_search_computed_whatever_stands_beside_a_row(string family)
    {
        using var model = Load(family);
        using var data = Data(model);
        var plan = new OperatorSearch(model, Settings).RunFront([Settings.Constraints], data, data, null, default)[0].Plan;
        Assert.NotEmpty(plan.Sites);
        plan = ReductionPlan.FromJson(plan.ToJson(), plan.Parameters);
        Compare(model, data, plan);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_site_among_the_first_layers_is_executed_as_it_is_searched(string family)
    {
        using var model = Load(family);
        using var data = Data(model);
        Compare(model, data, ReductionPlan.Create(model.ToPlanModel(), [Site(0, 0.7), Site(1, 0.4)], sizes: ImageSizes.All(20)));

        static ReductionSite Site(int layer, double share) => new()
        {
            Layer = layer,
            KeepShare = share,
            Transfer = 0.8,
            Temperature = 0.4,
            Reweight = 0.2,
            ProportionalAttention = 0.5,
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 0.6, [ScoreCriterion.Novelty] = 0.4 },
        };
    }

    private static VisionLanguageModel Load(string family) =>
        VisionLanguageModel.Load(GoldenFiles.At("backbones", family, "checkpoint"), ModelDataType.Float64, use: ModelUse.Search);

    private static void Compare(VisionLanguageModel model, SearchData data, ReductionPlan plan)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var prompts = data.Rows.Select(row => (int[])
            [.. row.Images.SelectMany(image => image.Before.Append(model.ImageTokenId)), .. row.Segments[0].Question]).ToArray();
        using var reduced = new ReducedModel(model, plan);
        using var batch = PromptBatch.Create(model, prompts, data.Images.Get(PackedRow.ImagesOf(data.Rows)));
        var logits = reduced.Forward(batch);
        var together = logits.narrow(1, logits.shape[1] - 1, 1).squeeze(1).log_softmax(-1);          // (Q, V)
        for (var i = 0; i < data.Rows.Count; i++)
        {
            var alone = new PackedBatch([data.Rows[i]], model);
            var searched = new SearchForward(model).Run(alone, data.Images.Get(PackedRow.ImagesOf([data.Rows[i]])),
                SoftSite.Of(plan, ComputeType.Of(model.DataType), model.Device), 0.5, k => k);
            // A dropped token keeps a weight of 1e-7 in the search.
            Assert.InRange(together[i].sub(TaskLoss.LogProbabilities(model, alone, searched)[0]).abs().max().item<double>(), 0, 1e-5);
        }
    }

    // One or two images a row.
    private static SearchData Data(VisionLanguageModel model)
    {
        var random = new Random(7);
        ImageShape[] shapes = [Shape(3, 5), Shape(4, 4), Shape(2, 6), Shape(5, 3)];
        Tensor[] pixels = [.. shapes.Select(shape =>
            tensor(Enumerable.Range(0, shape.Parts * Values).Select(_ => 2 * random.NextDouble() - 1).ToArray(), [shape.Parts, Values])
                .DetachFromDisposeScope())];
        int[][] images = [[0], [1], [2, 3], [3], [0, 1]];
        PackedRow[] rows = [.. images.Select((some, row) => new PackedRow(
            [.. some.Select(i => new PackedImage(i, [1, 7, 301], model.LayoutOf(shapes[i])))],
            [new PackedRow.Segment([302, .. Enumerable.Range(10 + 7 * row, 3)], [30 + row, 2])]))];
        return new SearchData(rows, new ImageCache(wanted =>
        {
            using var scope = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(i => model.EncodeImages(new VisionInput(pixels[i.Index], [shapes[i.Index]])))])
                .MoveToOuterDisposeScope();
        }, 1 << 28), ["all"], "sha256:test");
    }

    private static ImageShape Shape(int rows, int columns) => new(rows * columns * 4, rows * 2 * Patch, columns * 2 * Patch);
}
