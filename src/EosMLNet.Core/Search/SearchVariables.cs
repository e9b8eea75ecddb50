using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Everything that a search changes: Ω = (γ, τ, θ, ρ, ν) of each allowed site, its mixture of criteria, and the probe. The tensors belong to no dispose scope.
/// </summary>
internal sealed class SearchVariables : IDisposable
{
    private const double SmallestTemperature = 0.02, LargestTemperature = 50;
    // Where the search begins: gates open (z = 1) but within reach of closing, a small transfer, next to no gain, mass half counted in attention.
    private const double OpenGate = 5, SmallTransfer = -2, SmallGain = -4, MildTemperature = 0.2, HalfCounted = 0;

    private readonly VisionLanguageModel model;
    private readonly IReadOnlyList<int> layers;
    private readonly IReadOnlyList<IReadOnlyList<ScoreCriterion>> criteria;
    private readonly FrozenParameters frozen;
    private readonly Tensor keep, gate, transfer, logTemperature, reweight, proportional, mixture, probe, relevanceVisual, relevanceText;   // (sites), the mixture (sites, criteria)

    internal SearchVariables(VisionLanguageModel model, SearchSettings settings)
    {
        this.model = model;
        layers = settings.Layers(model);
        criteria = [.. layers.Select(layer => settings.CriteriaAt(layer, model))];
        frozen = settings.Frozen;
        Budget = new SearchBudget(model, layers, settings.Constraints, frozen.UniformKeep);
        var working = model.DataType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        keep = Variable(InitialKeeps(frozen.UniformKeep ? 1 : settings.InitialTaper));
        gate = Variable(Same(OpenGate));
        transfer = Variable(Same(SmallTransfer));
        logTemperature = Variable(Same(Math.Log(MildTemperature)));
        reweight = Variable(Same(SmallGain));
        proportional = Variable(Same(HalfCounted));
        mixture = Variable(new double[layers.Count * Enum.GetValues<ScoreCriterion>().Length]);
        var random = new Random(settings.Seed);
        probe = Variable(Normals(model.HiddenSize, 1 / Math.Sqrt(model.HiddenSize)));
        var rank = settings.RelevanceRank;
        relevanceVisual = Variable(Normals(rank * model.HiddenSize, 1 / Math.Sqrt(model.HiddenSize)), rank, model.HiddenSize);
        relevanceText = Variable(Normals(rank * model.HiddenSize, 1), rank, model.HiddenSize);
        Learned = new LearnedScores(probe, relevanceVisual, relevanceText);
        ScoreParameters = [probe, relevanceVisual, relevanceText];
        SiteParameters = [keep, gate, transfer, logTemperature, reweight, proportional, mixture];

        double[] Same(double value) => [.. layers.Select(_ => value)];

        double[] Normals(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => Normal(random) * scale)];

        Tensor Variable(double[] values, params long[] shape)
        {
            using var scope = NewDisposeScope();
            return tensor(values, shape.Length == 0 ? [values.Length] : shape, dtype: working, device: model.Device).requires_grad_().DetachFromDisposeScope();
        }
    }

    /// <summary>The parameters of the sites, for the optimiser.</summary>
    internal IReadOnlyList<Tensor> SiteParameters { get; }

    /// <summary>The parameters of the scores, for the optimiser.</summary>
    internal IReadOnlyList<Tensor> ScoreParameters { get; }

    /// <summary>The same, by what they are.</summary>
    internal LearnedScores Learned { get; }

    /// <summary>What the counts must satisfy.</summary>
    internal SearchBudget Budget { get; private set; }

    /// <summary>The sites as they stand now.</summary>
    /// <param name="noise">A uniform number in (0, 1) for each site's gate; <see langword="null"/> for the gates without noise.</param>
    internal IReadOnlyList<SoftSite> Sites(IReadOnlyList<double>? noise = null)
    {
        var sites = new SoftSite[layers.Count];
        var count = Scalars.Constant(model.VisualTokens, [], keep.dtype, keep.device);
        var weight = Scalars.Constant(0, [], keep.dtype, keep.device);
        for (var i = 0; i < sites.Length; i++)
        {
            var open = frozen.Activation is { } activation ? Fixed(activation) : noise is null ? HardConcreteGate.Deterministic(gate[i]) : HardConcreteGate.Sample(gate[i], noise[i]);
            // ν: what is kept is 1 + (n − 1)·r, so that no fraction r leaves less than one token. A closed gate keeps all.
            var fraction = keep[i].sigmoid().SubtractedFrom(1).mul(open).SubtractedFrom(1);
            if (i == 0 || !frozen.UniformKeep)
                count = count.Plus(-1).mul(fraction).Plus(1);
            weight = (frozen.ProportionalAttention is { } share ? Fixed(share) : proportional[i].sigmoid()).mul(open).Plus(weight.mul(open.SubtractedFrom(1)));
            sites[i] = new SoftSite(
                new ReductionSite { Layer = layers[i], Keep = 1, Temperature = frozen.Temperature ?? 1, Score = criteria[i].ToDictionary(c => c, _ => 1.0) },
                count,
                frozen.Transfer is { } given ? Fixed(given) : transfer[i].sigmoid(),
                frozen.Temperature is { } fixedTemperature ? Fixed(fixedTemperature) : logTemperature[i].Clamped(Math.Log(SmallestTemperature), Math.Log(LargestTemperature)).exp(),
                (frozen.Reweight is { } gain ? Fixed(gain) : nn.functional.softplus(reweight[i])).mul(open),
                weight,
                Mixture(i),
                Learned);
        }
        return sites;

        Tensor Fixed(double value) => Scalars.Constant(value, [], keep.dtype, keep.device);
    }

    /// <summary>What each site keeps now, as real numbers.</summary>
    internal double[] Counts() => Budget.Counts(Numbers(keep), Gates());

    /// <summary>Sets new limits and meets them.</summary>
    internal void Limit(SearchConstraints constraints)
    {
        Budget = new SearchBudget(model, layers, constraints, frozen.UniformKeep);
        MeetBudget();
    }

    /// <summary>Moves the keep fractions so that the counts meet the budget.</summary>
    internal void MeetBudget()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        keep.copy_(tensor(Budget.Meet(Numbers(keep), Gates()), dtype: keep.dtype, device: keep.device));
    }

    /// <summary>The values as numbers.</summary>
    internal IReadOnlyList<SearchedSite> Read()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return [.. Sites().Select((site, i) => new SearchedSite(layers[i], frozen.Activation ?? HardConcreteGate.Deterministic(gate[i]).Number(), site.Count.Number(),
            site.Transfer.Number(), site.Temperature.Number(), site.Reweight.Number(), site.Proportional.Number(),
            criteria[i].Zip(site.Mixture).ToDictionary(c => c.First, c => c.Second.Number())))];
    }

    /// <summary>The parameters of the scores as numbers.</summary>
    internal ScoreParameters ReadScores()
    {
        using var scope = NewDisposeScope();
        return new ScoreParameters { Probe = Floats(probe), Relevance = new TextRelevance((int)relevanceVisual.size(0), Floats(relevanceVisual), Floats(relevanceText)) };

        static float[] Floats(Tensor x) => x.detach().to_type(ScalarType.Float32).cpu().data<float>().ToArray();
    }

    // Softmax over the criteria of the site, in the order of ReductionSite.Score: that of the enumeration.
    private IReadOnlyList<Tensor> Mixture(int site)
    {
        var stride = mixture.size(0) / layers.Count;
        var logits = stack([.. criteria[site].Select(c => mixture[site * stride + (int)c])]);
        return [.. logits.softmax(0).unbind(0)];
    }

    // As far as counts go: in a uniform schedule only the first site drops tokens.
    private double[] Gates()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return [.. Numbers(HardConcreteGate.Deterministic(gate)).Select((open, i) => i > 0 && frozen.UniformKeep ? 0 : frozen.Activation ?? open)];
    }

    private static double[] Numbers(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.detach().to_type(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    // Falls geometrically from the first site to the last, by the given factor in all, and uses the budget up.
    private double[] InitialKeeps(double taper)
    {
        var shape = layers.Select((_, i) => layers.Count == 1 ? 1 : Math.Pow(taper, -(double)i / (layers.Count - 1)));
        var counts = Budget.Scale([.. shape.Select(x => Math.Max(1, model.VisualTokens * x))]);
        return [.. counts.Select((count, i) =>
        {
            var before = i == 0 ? model.VisualTokens : counts[i - 1];
            var fraction = before <= 1 ? 1 : (count - 1) / (before - 1);
            fraction = Math.Clamp(fraction, 1e-3, 0.98);
            return Math.Log(fraction / (1 - fraction));
        })];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in SiteParameters)
            parameter.Dispose();
        foreach (var parameter in ScoreParameters)
            parameter.Dispose();
    }
}
