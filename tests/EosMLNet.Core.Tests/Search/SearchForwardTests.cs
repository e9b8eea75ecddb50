using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class SearchForwardTests
{
    [Fact]
    public void Questions_packed_behind_one_image_give_what_each_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        using SearchData packed = SearchSample.Data(model, 2, 3), single = SearchSample.Data(model, 2, 1);
        Assert.Equal(2, packed.Rows.Count);
        Assert.Equal(6, single.Rows.Count);
        foreach (var plan in new[] { ReductionPlan.Identity(model.ToPlanModel()), SearchSample.Plan(model, ScoreCriterion.Probe, ScoreCriterion.ClsAttention) })
            Close(Answers(model, single, plan, k => k), Answers(model, packed, plan, k => k), 1e-9);
    }

    [Fact]
    public void Tokens_that_stay_for_their_gradients_change_no_value()
    {
        using var scope = NewDisposeScope();
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 3, 1);
        var plan = SearchSample.Plan(model, ScoreCriterion.Probe, ScoreCriterion.TextAttention);
        var exact = Answers(model, data, plan, k => k);
        Close(exact, Answers(model, data, plan, k => k + 4), 1e-3);
        Close(exact, Answers(model, data, plan, _ => int.MaxValue), 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_search_sees_what_the_executed_plan_computes(bool other)
    {
        using var model = SearchSample.Model(other);
        var plan = SearchSample.Plan(model, ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.FeatureNorm);
        SeesTheSame(model, plan, 1e-3);
    }

    [Fact]
    public void The_search_sees_the_same_attention_as_the_executed_plan()
    {
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        SeesTheSame(model, SearchSample.AttentionPlan(model), 1e-5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sites_in_front_of_one_layer_see_the_same_tokens_of_the_layer_before_as_the_executed_plan(bool droppedTokensStay)
    {
        using var model = SearchSample.Model(dtype: ScalarType.Float64);
        ReductionSite Site(int layer, int keep, params ScoreCriterion[] criteria) =>
            new() { Layer = layer, Keep = keep, Transfer = 0.5, Temperature = 0.2, Score = criteria.ToDictionary(c => c, _ => 1.0) };
        var plan = ReductionPlan.Create(model.ToPlanModel(),
        [
            Site(1, model.VisualTokens - 2, ScoreCriterion.TextAttention, ScoreCriterion.KeyNorm),
            Site(1, model.VisualTokens / 2, ScoreCriterion.RaterAttention, ScoreCriterion.KeyNorm),
            Site(3, 3, ScoreCriterion.KeyNorm) with { AttentionSource = AttentionSource.OwnLayer },
        ]);
        SeesTheSame(model, plan, 1e-5, droppedTokensStay ? _ => int.MaxValue : k => k);
    }

    [Fact]
    public void The_search_sees_what_the_executed_plan_computes_in_half_precision_too()
    {
        using var model = SearchSample.Model(dtype: ScalarType.Float16);
        SeesTheSame(model, SearchSample.Plan(model, ScoreCriterion.Probe, ScoreCriterion.FeatureNorm), 0.1);
    }

    private static void SeesTheSame(VisionLanguageModel model, ReductionPlan plan, double tolerance, Func<int, int>? candidates = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var data = SearchSample.Data(model, 4, 1);
        var prompts = data.Rows.Select(row => (int[])[.. row.Images[0].Before, model.ImageTokenId, .. row.Segments[0].Question]).ToArray();
        using var batch = PromptBatch.Create(model, prompts, data.Images.Get(PackedRow.ImagesOf(data.Rows)));
        var logits = new ReducedModel(model, plan).Forward(batch);
        var executed = logits.narrow(1, logits.size(1) - 1, 1).squeeze(1).log_softmax(-1);            // (Q, V) the first answer token

        var searched = Answers(model, data, plan, candidates ?? (_ => int.MaxValue));
        var lengths = data.Rows.Select(row => row.Segments[0].Answer.Length).ToArray();
        var firsts = lengths.Select((_, i) => (long)lengths.Take(i).Sum()).ToArray();
        Close(executed, searched.index_select(0, tensor(firsts)), tolerance);
    }

    /// <summary>Log-probabilities of all answer tokens.</summary>
    private static Tensor Answers(VisionLanguageModel model, SearchData data, ReductionPlan plan, Func<int, int> candidates)
    {
        var batch = new PackedBatch(data.Rows, model);
        var vision = data.Images.Get(PackedRow.ImagesOf(data.Rows));
        var hidden = new SearchForward(model).Run(batch, vision, SoftSite.Of(plan, ComputeType.Of(model.DataType), model.Device), 0.5, candidates);
        return TaskLoss.LogProbabilities(model, batch, hidden);
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        var worst = expected.sub(actual).abs().max().Number();
        Assert.True(worst < tolerance, $"worst difference {worst:g3}, allowed {tolerance:g3}");
    }
}
