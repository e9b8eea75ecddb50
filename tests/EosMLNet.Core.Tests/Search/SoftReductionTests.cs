using EosMLNet.Operator;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class SoftReductionTests
{
    private const int Images = 2, Patches = 12, Width = 5, Kept = 5;
    private static readonly VisualGrid Grid = new(3, 4);

    [Theory]
    [InlineData(0.0, 0.0, 0.0)]
    [InlineData(1.0, 0.0, 0.0)]
    [InlineData(1.0, double.PositiveInfinity, 0.0)]
    [InlineData(0.08, 0.22, 0.0)]
    [InlineData(0.6, 0.05, 0.4)]
    [InlineData(0.6, 0.05, 0.4, 0.7)]
    [InlineData(1.0, 0.0, 0.0, 1e3)]
    public void The_values_are_those_of_the_executed_operator(double transfer, double temperature, double reweight, double diversity = 0)
    {
        using var scope = NewDisposeScope();
        var site = Site() with { Transfer = transfer, Temperature = temperature, Reweight = reweight, Diversity = diversity };
        var plan = new ScoreParameters { Probe = [.. Probe().data<double>().Select(x => (float)x)] };
        var tokens = Tokens();
        var executed = ReductionOperator.Reduce(new SiteInput(tokens.Hidden, tokens.Mass, tokens.Patches, Grid), site, plan);
        foreach (var candidates in new[] { Kept, Kept + 3, Patches })
        {
            var soft = SoftReduction.Apply(tokens, Soft(site), 0.5, _ => candidates, Grid);
            Assert.Equal(candidates, soft.Hidden.size(1));
            var kept = soft.Mask.topk(Kept, 1).indexes.sort(-1).Values;
            Assert.Equal(Images * Kept, soft.Mask.sum().item<double>());
            Assert.True(soft.Patches.gather(1, kept).equal(tokens.Patches.gather(1, executed.Anchors)).all().item<bool>());
            Close(executed.Mass, soft.Mass.gather(1, kept));
            Close(executed.Tokens, soft.Hidden.gather(1, kept.unsqueeze(-1).expand(-1, -1, Width)));
        }
    }

    // A second site must not see the tokens that the first one dropped, though they are still in the sequence.
    [Fact]
    public void Dropped_tokens_have_no_part_in_later_sites()
    {
        using var scope = NewDisposeScope();
        var site = Site() with { Transfer = 0.5, Temperature = 0.2, Reweight = 0.3 };
        var next = site with { Keep = 2, Diversity = 0.9 };
        var once = SoftReduction.Apply(Tokens(), Soft(site), 0.5, _ => Patches, Grid);
        var twice = SoftReduction.Apply(once, Soft(next), 0.5, _ => Patches, Grid);
        var trimmed = SoftReduction.Apply(Tokens(), Soft(site), 0.5, k => k, Grid);
        var expected = SoftReduction.Apply(trimmed, Soft(next), 0.5, k => k, Grid);
        var kept = twice.Mask.topk(2, 1).indexes.sort(-1).Values;
        Close(expected.Hidden, twice.Hidden.gather(1, kept.unsqueeze(-1).expand(-1, -1, Width)));
        Close(expected.Mass, twice.Mass.gather(1, kept));
        Assert.True(twice.Patches.gather(1, kept).equal(expected.Patches).all().item<bool>());
    }

    [Theory]
    [InlineData("count")]
    [InlineData("transfer")]
    [InlineData("temperature")]
    [InlineData("reweight")]
    [InlineData("probe")]
    [InlineData("tokens")]
    [InlineData("mixture")]
    [InlineData("diversity")]
    public void The_gradients_are_those_of_finite_differences(string of)
    {
        using var scope = NewDisposeScope();
        var site = Site() with { Transfer = 0.4, Temperature = 0.3, Reweight = 0.2, Diversity = 0.8, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1, [ScoreCriterion.FeatureNorm] = 1 } };
        var weights = Numbers.Normal(21, Images, Patches, Width + 2);
        var soft = Soft(site) with { Mixture = [Scalar(0.3), Scalar(0.7)] };

        Tensor Value(Tensor x)
        {
            var parameters = of switch
            {
                "count" => soft with { Count = x },
                "transfer" => soft with { Transfer = x },
                "temperature" => soft with { Temperature = x },
                "reweight" => soft with { Reweight = x },
                "diversity" => soft with { Diversity = x },
                "probe" => soft with { Learned = new LearnedScores(x) },
                "mixture" => soft with { Mixture = [.. x.unbind(0)] },
                _ => soft,
            };
            var tokens = of == "tokens" ? Tokens() with { Hidden = x } : Tokens();
            var result = SoftReduction.Apply(tokens, parameters, 0.5, _ => Patches, Grid, relaxed: true);
            return cat([result.Hidden, result.Mass.unsqueeze(-1), result.Mask.unsqueeze(-1)], -1).mul(weights).sum();
        }

        FiniteDifferences.Check(Value, of switch
        {
            "count" => Scalar(4.7),
            "transfer" => soft.Transfer,
            "temperature" => soft.Temperature,
            "reweight" => soft.Reweight,
            "diversity" => soft.Diversity!,
            "probe" => soft.Learned.Probe!,
            "mixture" => stack([.. soft.Mixture]),
            _ => Tokens().Hidden,
        });
    }

    [Fact]
    public void The_hard_selection_still_hands_gradients_to_count_and_probe()
    {
        using var scope = NewDisposeScope();
        var soft = Soft(Site() with { Transfer = 0.4, Temperature = 0.3 }) with { Count = Scalar(5).requires_grad_(), Learned = new LearnedScores(Probe().requires_grad_()) };
        var result = SoftReduction.Apply(Tokens(), soft, 0.5, _ => Patches, Grid);
        result.Mask.mul(Numbers.Normal(5, Images, Patches)).sum().backward();
        Assert.NotEqual(0, soft.Count.grad!.item<double>());
        Assert.NotEqual(0, soft.Learned.Probe!.grad!.abs().sum().item<double>());
    }

    private static ReductionSite Site() => new() { Layer = 0, Keep = Kept, Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 1 } };

    private static SoftSite Soft(ReductionSite site) => new(site, Scalar(site.Keep), Scalar(site.Transfer), Scalar(site.Temperature), Scalar(site.Reweight), Scalar(0), site.Diversity > 0 ? Scalar(site.Diversity) : null, [Scalar(1)], new LearnedScores(Probe()), Patches);

    private static SoftTokens Tokens() => new(
        Numbers.Normal(11, Images, Patches, Width), ones(Images, Patches, ScalarType.Float64), Numbers.Normal(12, Images, Patches).abs().Add(1),
        Scalars.Arange(Patches).unsqueeze(0).expand(Images, -1));

    // Numbers that a plan's float32 holds exactly.
    private static Tensor Probe() => Numbers.Normal(13, Width).to_type(ScalarType.Float32).to_type(ScalarType.Float64);

    private static Tensor Scalar(double value) => Scalars.Full(value, [], ScalarType.Float64);

    private static void Close(Tensor expected, Tensor actual) => Assert.True(expected.sub(actual).abs().max().item<double>() < 1e-9);
}
