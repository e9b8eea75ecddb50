using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

/// <summary>Autograd through a site against central differences in float64, for everything continuous.</summary>
public class GradientTests
{
    private static readonly ReductionSite Site = PlanModels.Site(6) with
    {
        Transfer = 0.4,
        Temperature = 0.3,
        Reweight = 0.7,
        Affinity = new Affinity { SpatialSigma = 2 },
        Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.6, [ScoreCriterion.TextAttention] = 0.3, [ScoreCriterion.FeatureNorm] = 0.1 },
    };

    [Theory]
    [InlineData(Normalization.Mass)]
    [InlineData(Normalization.None)]
    public void Of_the_transfer(Normalization normalization) => Check(0.4, (p, value) => p with { Transfer = value }, Site with { Normalization = normalization });

    [Fact]
    public void Of_the_temperature() => Check(0.3, (p, value) => p with { Temperature = value }, Site);

    [Fact]
    public void Of_the_reweighting() => Check(0.7, (p, value) => p with { Reweight = value }, Site);

    [Fact]
    public void Of_the_probe() // it reaches the output through the gain of the anchors: the selection is discrete
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(20, new VisualGrid(4, 6));
        var parameters = Parameters();
        FiniteDifferences.Check(probe => Loss(ReductionOperator.Reduce(sample.Input(), Site, parameters with { Learned = new LearnedScores(probe) })), parameters.Learned.Probe!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.3, 0.8)] // the choice has looked at the affinities: gradients pass through them all the same
    [InlineData(double.PositiveInfinity)]
    public void Of_the_tokens(double temperature, double diversity = 0)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(21, new VisualGrid(3, 4));
        var site = Site with { Temperature = temperature, Diversity = diversity };
        FiniteDifferences.Check(x => Loss(ReductionOperator.Reduce(sample.Input() with { Tokens = x }, site, Parameters(site))), sample.Input().Tokens);
    }

    [Fact]
    public void Of_the_mass()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(22, new VisualGrid(3, 4));
        FiniteDifferences.Check(mass => Loss(ReductionOperator.Reduce(sample.Input() with { Mass = mass }, Site, Parameters())), sample.Input().Mass);
    }

    private static void Check(double at, Func<SiteTensors, Tensor, SiteTensors> set, ReductionSite site)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(23, new VisualGrid(4, 6));
        FiniteDifferences.Check(value => Loss(ReductionOperator.Reduce(sample.Input(), site, set(Parameters(), value))), tensor(at));
    }

    private static SiteTensors Parameters(ReductionSite? site = null) =>
        SiteTensors.Of(site ?? Site, null, float64, CPU) with { Learned = new LearnedScores(tensor(new[] { 0.3, -0.7, 0.2, 0.9, -0.1 })) };

    // Some smooth function of all that comes out, with every entry weighing differently.
    private static Tensor Loss(Reduced reduced)
    {
        var weights = EosMLNet.Tensors.Scalars.Arange(reduced.Tokens.numel()).to_type(float64).cos().view_as(reduced.Tokens);
        return reduced.Tokens.mul(weights).sum().add(reduced.Mass.log().sum(), EosMLNet.Tensors.Scalars.Literal(1));
    }
}
