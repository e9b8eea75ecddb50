using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

/// <summary>What a model under a plan says of the way of its visual tokens, on the random checkpoint of Golden (16 visual tokens, 4 layers).</summary>
public sealed class TokenTraceTests : IDisposable
{
    private const int Tokens = 16;
    private readonly LlavaModel model = LlavaModel.Load(GoldenFiles.TinyLlava);

    public void Dispose() => model.Dispose();

    [Fact]
    public void All_tokens_enter_made_of_themselves_and_each_site_tells_those_that_it_keeps()
    {
        using var reduced = new ReducedModel(model, Plan(Site(1, 9), Site(3, 4)));
        using var batch = Batch();
        var traces = reduced.Trace(batch);
        Assert.Equal([(-1, 0), (-1, 1), (0, 0), (0, 1), (1, 0), (1, 1)], traces.Select(trace => (trace.Site, trace.Image)));
        Assert.Equal(Enumerable.Range(0, Tokens), traces[0].Places);
        Assert.All(traces[0].Mass, mass => Assert.Equal(1, mass));
        Assert.Equal(Enumerable.Range(0, Tokens * Tokens).Select(i => i % (Tokens + 1) == 0 ? 1f : 0), traces[0].Parts);
        Assert.Equal(reduced.KeptTokens(batch).SelectMany(images => images).Select(places => places.Select(place => (int)place)),
            traces.Skip(2).Select(trace => trace.Places));
    }

    [Fact]
    public void What_is_pruned_is_in_no_token()
    {
        using var reduced = new ReducedModel(model, Plan(Site(0, 5)));
        using var batch = Batch();
        var last = reduced.Trace(batch)[^1];
        Assert.All(Enumerable.Range(0, 5), token => Assert.Equal(Enumerable.Range(0, Tokens).Select(place => place == last.Places[token] ? 1f : 0), Row(last, token)));
    }

    [Fact]
    public void What_merges_and_pools_hand_over_stays_whole_through_several_sites()
    {
        using var reduced = new ReducedModel(model, Plan(Site(0, 11) with { Transfer = 1 }, Site(2, 3) with { Transfer = 1, Temperature = double.PositiveInfinity }));
        using var batch = Batch();
        foreach (var trace in reduced.Trace(batch))
        {
            Assert.All(Enumerable.Range(0, trace.Places.Count), token => Assert.Equal(1, Row(trace, token).Sum(), 1e-5));
            Assert.All(Enumerable.Range(0, Tokens), place => Assert.Equal(1, trace.Mass.Select((mass, token) => mass * Row(trace, token)[place]).Sum(), 1e-4));
        }
    }

    [Fact]
    public void A_token_is_the_sum_of_its_parts()
    {
        using var scope = NewDisposeScope();
        var site = Site(0, 6) with { Transfer = 0.7, Temperature = 0.3, ProportionalAttention = 1 };
        using var reduced = new ReducedModel(model, Plan(site));
        using var batch = Batch();
        var features = batch.Vision!.Features.view(2, Tokens, -1);
        var index = Scalars.Arange(Tokens, model.Device).unsqueeze(0).expand(2, -1);
        var expected = ReductionOperator.Reduce(new SiteInput(features, ones(2, Tokens), index, model.UsualLayout), site).Tokens;
        foreach (var (image, trace) in reduced.Trace(batch).Skip(2).Index())
        {
            var parts = tensor(trace.Parts.ToArray(), [6, Tokens]);
            Assert.InRange(parts.matmul(features[image]).sub(expected[image]).abs().max().item<float>(), 0, 1e-4);
        }
    }

    [Fact]
    public void Watching_changes_no_answer_and_leaves_no_tensor()
    {
        using var reduced = new ReducedModel(model, Plan(Site(1, 9) with { Transfer = 0.5, Reweight = 0.4 }, Site(2, 5)));
        using var batch = Batch();
        var answers = reduced.Generate(batch, 4).Ids;
        reduced.Trace(batch);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        reduced.Trace(batch);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(answers, reduced.Generate(batch, 4).Ids);
    }

    private static ReductionSite Site(int layer, int keep) => new()
    {
        Layer = layer, Keep = keep,
        Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 },
    };

    private ReductionPlan Plan(params ReductionSite[] sites) => ReductionPlan.Create(model.ToPlanModel(), sites);

    private PromptBatch Batch()
    {
        using var unrecorded = no_grad();
        using var generator = new Generator(3);
        using var pixels = randn([2, 3, 56, 56], generator: generator);
        return PromptBatch.Create(model, [[1, model.ImageTokenId, 11, model.ImageTokenId, 12]], model.EncodeImages(pixels));
    }

    private static float[] Row(TokenTrace trace, int token) => [.. trace.Parts.Skip(token * Tokens).Take(Tokens)];
}
