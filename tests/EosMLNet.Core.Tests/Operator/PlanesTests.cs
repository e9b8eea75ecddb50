using EosMLNet.Operator;
using EosMLNet.Tensors;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

/// <summary>What later layers add to tokens (DeepStack) goes through a site with the tokens' own weights.</summary>
public sealed class PlanesTests
{
    [Property(MaxTest = 40)]
    public void The_merge_of_the_sums_is_the_sum_of_the_merges(int seed, byte normalization, bool residual, bool nearest)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(seed, new VisualGrid(4, 5));
        var input = sample.Input();
        var plane = randn(input.Tokens.shape, ScalarType.Float64, generator: new Generator((ulong)Math.Abs((long)seed)));
        var site = new ReductionSite
        {
            Layer = 1,
            Keep = 6,
            Transfer = 0.6,
            Temperature = nearest ? 0 : 0.4,
            Reweight = 0.3,
            Residual = residual,
            Normalization = (Normalization)(normalization % Enum.GetValues<Normalization>().Length),
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Novelty] = 1 },
        };
        // The weights are those of the tokens alone in both; what is handed over is the plane, and the sum.
        var apart = ReductionOperator.Reduce(input with { Planes = plane }, site);
        var sums = ReductionOperator.Reduce(input with { Planes = input.Tokens.Add(plane) }, site);
        Assert.InRange(sums.Planes!.sub(apart.Tokens.Add(apart.Planes!)).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange(ReductionOperator.Reduce(input, site).Tokens.sub(apart.Tokens).abs().max().item<double>(), 0, 1e-12);
    }

    [Fact]
    public void Two_planes_are_as_one_after_the_other()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(3, new VisualGrid(3, 4)).Input();
        var site = new ReductionSite
        {
            Layer = 0, Keep = 5, Transfer = 1, Temperature = 0.5,
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = 1 },
        };
        Tensor first = input.Tokens.mul(input.Tokens), second = input.Tokens.neg();
        var both = ReductionOperator.Reduce(input with { Planes = cat([first, second], -1) }, site).Planes!;
        var alone = ReductionOperator.Reduce(input with { Planes = second }, site).Planes!;
        Assert.InRange(alone.sub(both.narrow(-1, Sample.Width, Sample.Width)).abs().max().item<double>(), 0, 1e-12);
    }
}
