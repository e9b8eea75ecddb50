using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tests.LibTorch;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

/// <summary>
/// What a token, a layer and a site give to the device, and how often the host waits for it: upper bounds, so that no change adds to them
/// unnoticed. They are counted on the CPU, where they cost little.
/// </summary>
public sealed class OperatorCountTests
{
    // A layer: two norms of 6, seven products, 5 for the positions of queries and of keys, 2 to cache them, attention, SiLU, its product
    // with the other half, two sums. Around the layers the embedding of the token before, the last norm, the head, softmax, the best token.
    // In half types each norm goes to float32 and back, and so does the softmax.
    public static TheoryData<bool, ScalarType, int, int> Models => new() { { false, ScalarType.Float32, 36, 10 }, { true, ScalarType.Float32, 36, 10 }, { false, ScalarType.BFloat16, 40, 13 } };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_decoded_token_is_waited_for_once_and_a_layer_has_no_more_kernels_than_its_operators_need(bool other, ScalarType type, int ofLayer, int around)
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(other, type);
        using var unrecorded = inference_mode();
        foreach (var plan in new[] { ReductionPlan.Identity(model.ToPlanModel()), Everything(model) })
        {
            using var reduced = new ReducedModel(model, plan);
            using var batch = Batch(model);
            OperatorCounts five = Of(5), token = Of(6).Less(five);
            Assert.Equal(1, token.Reads);
            Assert.True(token.KernelCount <= model.LayerCount * ofLayer + around, $"{token}");
            Assert.Equal(5 + 1 + Reads(plan), five.Reads); // the probabilities of all tokens at the end

            OperatorCounts Of(int tokens) => OperatorCounts.Of(() => Assert.Equal(tokens, reduced.Generate(batch, tokens).Ids.Max(ids => ids.Length)));
        }
    }

    // Reads and kernels that a method's sites add to a forward pass in bfloat16: of 1 to 4 sites.
    public static TheoryData<string, int, int> Methods => new()
    {
        { "everything", 4, 448 }, { "attention", 1, 668 }, { "ToMe", 0, 306 }, { "ToMe in the tower", 0, 247 }, { "DivPrune", 0, 121 }, { "VisionZip", 0, 124 }, { "PruMerge", 0, 117 }, { "PruMerge+", 0, 128 }, { "random", 0, 82 },
        { "stride", 0, 80 }, { "2-D pool", 0, 126 }, { "FastV", 0, 196 }, { "PyramidDrop", 0, 473 }, { "SparseVLM 1", 1, 602 }, { "SparseVLM 2", 1, 512 }, { "DART", 0, 232 },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void Sites_are_waited_for_only_where_anchors_are_chosen_one_by_one_and_raters_counted(string method, int reads, int kernels)
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.BFloat16);
        using var unrecorded = inference_mode();
        var plan = Plan(method, model);
        Assert.Equal(reads, Reads(plan));
        var two = Added(images: 2);
        Assert.Equal(reads, two.Reads);
        Assert.True(two.KernelCount <= kernels, $"{plan.Sites.Count} sites: {two}");
        Assert.Equal(reads, Added(images: 4).Reads); // more images side by side are waited for no more often

        OperatorCounts Added(int images) => Forward(model, plan, images).Less(Forward(model, ReductionPlan.Identity(model.ToPlanModel()), images));
    }

    private static OperatorCounts Forward(LlavaModel model, ReductionPlan plan, int images)
    {
        using var reduced = new ReducedModel(model, plan);
        return OperatorCounts.Of(() =>
        {
            using var scope = NewDisposeScope();
            using var batch = Batch(model, plan, images);
            reduced.Forward(batch);
        });
    }

    private static ReductionPlan Plan(string method, LlavaModel model)
    {
        var (m, tokens) = (model.ToPlanModel(), 4);
        return method switch
        {
            "everything" => Everything(model),
            "attention" => SearchSample.AttentionPlan(model),
            "ToMe" => Baselines.ToMe(m, tokens),
            "ToMe in the tower" => Baselines.ToMeTower(m, tokens),
            "DivPrune" => Baselines.DivPrune(m, tokens),
            "VisionZip" => Baselines.VisionZip(m, tokens),
            "PruMerge" => Baselines.PruMerge(m, tokens),
            "PruMerge+" => Baselines.PruMergePlus(m, tokens),
            "random" => Baselines.Random(m, tokens, seed: 1),
            "stride" => Baselines.Stride(m, tokens),
            "2-D pool" => Baselines.AveragePool(m, tokens),
            "FastV" => Baselines.FastV(m, tokens),
            "PyramidDrop" => Baselines.PyramidDrop(m, tokens),
            "SparseVLM 1" => Baselines.SparseVlm1(m, tokens),
            "SparseVLM 2" => Baselines.SparseVlm2(m, tokens),
            _ => Baselines.Dart(m, tokens),
        };
    }

    // Scores and similarities of diverse anchors come to the host; the raters of a prompt are counted once.
    private static int Reads(ReductionPlan plan) =>
        2 * plan.Sites.Count(site => site.Diversity > 0) + (plan.Sites.Any(site => site.Uses(ScoreCriterion.RaterAttention)) ? 1 : 0);

    private static ReductionPlan Everything(LlavaModel model) => SearchSample.Plan(model, ScoreCriterion.Probe, ScoreCriterion.ClsAttention, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention);

    // Prompts of different lengths, an image each.
    private static PromptBatch Batch(LlavaModel model, ReductionPlan? plan = null, int images = 2)
    {
        var side = model.Config.Vision.ImageSize;
        int[][] prompts = [.. Enumerable.Range(0, images).Select(i => (int[])[1, .. Enumerable.Range(10, i), model.ImageTokenId, 11, 12, 13])];
        return PromptBatch.Create(model, prompts, model.EncodeImages(Numbers.Normal(3, images, 3, side, side).to_type(model.DataType), plan: plan));
    }
}
