using BenchmarkDotNet.Attributes;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.LibTorch;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>One site on one image of 576 tokens of width 2048, beside the matrix products that it cannot do without.</summary>
public class SiteBenchmarks
{
    private const int Tokens = 576, Width = 2048, Keep = 64;
    private readonly ReductionSite site = new()
    {
        Layer = 2, Keep = Keep, Transfer = 0.9, Temperature = 0.05, Reweight = 0.05, Diversity = 5,
        Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.ClsAttention] = 0.5, [ScoreCriterion.FeatureNorm] = 0.5 },
    };
    private Tensor tokens = null!, chosen = null!, given = null!, score = null!, similarity = null!;
    private SiteInput input = null!;

    /// <summary>Makes the tokens.</summary>
    [GlobalSetup]
    public void MakeTokens()
    {
        TorchRuntime.EnsureLoaded();
        manual_seed(1);
        tokens = randn(1, Tokens, Width);                                                    // (1, n, d)
        chosen = tokens.narrow(1, 0, Keep).contiguous();                                     // (1, k, d)
        given = rand(1, Keep, Tokens);                                                       // (1, k, n)
        input = new SiteInput(tokens, ones(1, Tokens), Scalars.Arange(Tokens).unsqueeze(0), new VisualGrid(24, 24), rand(1, Tokens));
        using var unrecorded = no_grad();
        (score, similarity) = (ReductionOperator.Score(input, site), ReductionOperator.Affinity(input, site.Affinity));
    }

    /// <summary>Each token with each, each with the anchors, what is given with the tokens.</summary>
    [Benchmark(Baseline = true)]
    public void Products()
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        tokens.matmul(tokens.transpose(1, 2));
        tokens.matmul(chosen.transpose(1, 2));
        given.matmul(tokens);
    }

    /// <summary>The site: scores, diverse anchors, transfer, gain.</summary>
    [Benchmark]
    public void Site() => Reduce(site);

    /// <summary>The site without δ: no product of each token with each.</summary>
    [Benchmark]
    public void SiteWithoutDiversity() => Reduce(site with { Diversity = 0 });

    /// <summary>The choice of diverse anchors alone.</summary>
    [Benchmark]
    public void DiverseAnchors()
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        MarginalRelevance.Choose(score, similarity, site.Diversity, Keep);
    }

    private void Reduce(ReductionSite which)
    {
        using var unrecorded = inference_mode();
        using var scope = NewDisposeScope();
        ReductionOperator.Reduce(input, which);
    }
}
