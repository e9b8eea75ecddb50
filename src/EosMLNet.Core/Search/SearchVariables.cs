using EosMLNet.Models;
using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Everything that a search changes: Ω = (γ, τ, θ, ρ, ν) of each allowed site, its mixture of criteria, and the learned scores. The tensors
/// belong to no dispose scope.
/// </summary>
internal sealed class SearchVariables : IDisposable
{
    private const double SmallestTemperature = 0.02, LargestTemperature = 50, SmallestDiversity = 0.02, LargestDiversity = 50;
    // Where the search begins. Gates are open (z = 1) but can still close. There is next to no gain. Anchors are far apart, and dropped
    // tokens merge into them with their mass counted. So little is lost while the scores know nothing yet, and the loss is one to learn
    // from.
    private const double OpenGate = 5, MostGiven = 2, SmallGain = -4, SharpTemperature = 0.05, MostlyCounted = 3, FarApart = 8;
    // How far a warm start goes towards values that a variable reaches only at infinity.
    private const double LargestLogit = 5, SmallestShare = 0.01;
    // The gate of a site that was dropped. It has no gradient, and what Adam's moments still move is far less.
    private const double DroppedGate = -1000;

    private readonly VisionLanguageModel model;
    private readonly IReadOnlyList<int> layers;
    private readonly IReadOnlyList<IReadOnlyList<ScoreCriterion>> criteria;
    private readonly IReadOnlyList<ReductionSite> dearest;
    private readonly FrozenParameters frozen;
    private readonly ImageSizes? sizes;
    private readonly ScoreBasis basis;
    private readonly double taper;
    // (sites), the mixture (sites, criteria); (d), (r, d)
    private readonly Tensor keep, gate, transfer, logTemperature, reweight, proportional, logDiversity, mixture, probe, relevance;

    /// <param name="model">The model.</param>
    /// <param name="settings">Where sites may stand, what they may be, and how they begin.</param>
    /// <param name="basis">The coordinates of the learned scores; it stays the caller's.</param>
    /// <param name="sizes">The images of the data, where the model's vary.</param>
    internal SearchVariables(VisionLanguageModel model, SearchSettings settings, ScoreBasis basis, ImageSizes? sizes = null)
    {
        (this.basis, this.sizes) = (basis, sizes);
        this.model = model;
        layers = settings.Layers(model);
        criteria = [.. layers.Select(layer => settings.CriteriaAt(layer, model))];
        frozen = settings.Frozen;
        dearest = settings.DearestSites(model);
        Budget = new SearchBudget(model.ToPlanModel(), layers, settings.Constraints, frozen.UniformKeep, dearest, sizes);
        var working = ComputeType.Of(model.DataType);
        taper = frozen.UniformKeep ? 1 : settings.InitialTaper;
        keep = Variable(InitialKeeps());
        gate = Variable(Same(OpenGate));
        transfer = Variable(Same(MostGiven));
        logTemperature = Variable(Same(Math.Log(SharpTemperature)));
        reweight = Variable(Same(SmallGain));
        proportional = Variable(Same(MostlyCounted));
        logDiversity = Variable(Same(Math.Log(FarApart)));
        mixture = Variable(new double[layers.Count * CriterionCount]);
        var random = new Random(settings.Seed);
        var (rank, width) = ((int)basis.Questions.size(0), model.HiddenSize);
        probe = Variable(Normals(width, 1 / Math.Sqrt(width)));
        relevance = Variable(Normals(rank * width, 1 / Math.Sqrt(width)), rank, width);
        if (settings.WarmStart is { } plan)
            Begin(plan);

        double[] Same(double value) => [.. layers.Select(_ => value)];

        double[] Normals(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => Normal(random) * scale)];

        Tensor Variable(double[] values, params long[] shape)
        {
            using var scope = NewDisposeScope();
            return tensor(values, shape.Length == 0 ? [values.Length] : shape, dtype: working).Upload(model.Device).requires_grad_()
                .DetachFromDisposeScope();
        }
    }

    /// <summary>The parameters of the scores, for the optimiser.</summary>
    internal IReadOnlyList<Tensor> ScoreParameters => [probe, relevance];

    /// <summary>The counts of tokens that sites keep, for the optimiser.</summary>
    internal IReadOnlyList<Tensor> CountParameters => [keep];

    /// <summary>The other parameters of the sites, for the optimiser.</summary>
    internal IReadOnlyList<Tensor> SiteParameters => [gate, transfer, logTemperature, reweight, proportional, logDiversity, mixture];

    private static int CriterionCount => ScoreCriteria.All.Count;

    private IEnumerable<(string Name, Tensor Value)> All =>
        [(nameof(probe), probe), (nameof(relevance), relevance), (nameof(keep), keep), (nameof(gate), gate), (nameof(transfer), transfer),
            (nameof(logTemperature), logTemperature), (nameof(reweight), reweight), (nameof(proportional), proportional),
            (nameof(logDiversity), logDiversity), (nameof(mixture), mixture)];

    /// <summary>The limits on the counts.</summary>
    internal SearchBudget Budget { get; private set; }

    /// <summary>The sites as they stand now.</summary>
    /// <param name="noise">A uniform number in (0, 1) for each site's gate; <see langword="null"/> for the gates without noise.</param>
    internal IReadOnlyList<SoftSite> Sites(IReadOnlyList<double>? noise = null)
    {
        var dropped = Dropped();
        var sites = new SoftSite[layers.Count];
        var learned = basis.Place(probe, relevance);
        var count = Scalars.Full(Budget.VisualTokens, [], keep.dtype, keep.device);
        var weight = Scalars.Full(0, [], keep.dtype, keep.device);
        var gains = frozen.Reweight is null ? reweight.Softplus() : null; // (sites)
        for (var i = 0; i < sites.Length; i++)
        {
            var open = frozen.Activation is { } activation ? Fixed(activation)
                : noise is null ? HardConcreteGate.Deterministic(gate[i]) : HardConcreteGate.Sample(gate[i], noise[i]);
            // ν: the site keeps 1 + (n − 1)·r tokens, at least one whatever r is. A closed gate keeps all.
            var fraction = keep[i].sigmoid().RSub(1).mul(open).RSub(1);
            if (i == 0 || !frozen.UniformKeep)
                count = count.Add(-1).mul(fraction).Add(1);
            weight = (frozen.ProportionalAttention is { } share ? Fixed(share) : proportional[i].sigmoid()).mul(open)
                .Add(weight.mul(open.RSub(1)));
            sites[i] = new SoftSite(
                new ReductionSite
                {
                    Layer = layers[i],
                    Keep = 1,
                    Temperature = frozen.Temperature ?? 1,
                    Score = criteria[i].ToDictionary(c => c, _ => 1.0),
                },
                count,
                frozen.Transfer is { } given ? Fixed(given) : transfer[i].sigmoid(),
                frozen.Temperature is { } fixedTemperature ? Fixed(fixedTemperature)
                    : logTemperature[i].Clamp(Math.Log(SmallestTemperature), Math.Log(LargestTemperature)).exp(),
                (gains?[i] ?? Fixed(frozen.Reweight!.Value)).mul(open),
                weight,
                frozen.Diversity is { } apart ? apart > 0 ? Fixed(apart) : null
                    : logDiversity[i].Clamp(Math.Log(SmallestDiversity), Math.Log(LargestDiversity)).exp(),
                Mixture(i),
                learned,
                Budget.VisualTokens)
            { Acts = !dropped[i] };
        }
        return sites;

        Tensor Fixed(double value) => Scalars.Full(value, [], keep.dtype, keep.device);
    }

    /// <summary>The counts of all sites now, as real numbers.</summary>
    internal double[] Counts() => Budget.Counts(keep.Numbers(), Gates());

    /// <summary>Sets new limits and meets them.</summary>
    internal void Limit(SearchConstraints constraints)
    {
        Budget = new SearchBudget(model.ToPlanModel(), layers, constraints, frozen.UniformKeep, dearest, sizes);
        MeetBudget();
    }

    /// <summary>The gradient of the last backward pass with respect to the keep fractions' logits.</summary>
    internal double[] CountGradient() => keep.grad is { } gradient ? gradient.Numbers() : new double[layers.Count];

    /// <summary>That of a constraint's excess, with the gates open as they are without noise.</summary>
    internal double[] CountGradient(CountConstraint constraint)
    {
        const double Step = 1e-4;
        var (logits, open) = (keep.Numbers(), Gates());
        return [.. logits.Select((_, i) => (At(i, Step) - At(i, -Step)) / (2 * Step))];

        double At(int site, double step) => constraint.Excess(Budget.Counts([.. logits.Select((x, i) => i == site ? x + step : x)], open));
    }

    /// <summary>Moves the keep fractions so that the counts meet the budget.</summary>
    internal void MeetBudget() => keep.Set(Budget.Meet(keep.Numbers(), Gates()));

    /// <summary>Goes back to the schedule that a search begins with, at the present budget.</summary>
    internal void KeepAsAtFirst() => keep.Set(InitialKeeps());

    /// <summary>Lets the sites keep these counts, or ones in their proportions that meet the budget.</summary>
    internal void Keep(IReadOnlyList<double> counts)
    {
        keep.Set(Logits(counts, Gates()));
        MeetBudget();
    }

    /// <summary>Drops the sites that are not wanted any more: their gates close for good.</summary>
    /// <param name="stay">Whether each site stays.</param>
    internal void Drop(IReadOnlyList<bool> stay) =>
        gate.Set([.. gate.Numbers().Zip(stay, (logit, stays) => stays ? logit : DroppedGate)]);

    /// <summary>Lets the sites that were dropped begin anew.</summary>
    internal void Return() => gate.Set([.. gate.Numbers().Zip(Dropped(), (logit, dropped) => dropped ? OpenGate : logit)]);

    private bool[] Dropped() => [.. gate.Numbers().Select(logit => logit < DroppedGate / 2)];

    /// <summary>The values as numbers.</summary>
    internal IReadOnlyList<SearchedSite> Read()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return [.. Sites().Select((site, i) => new SearchedSite(
            layers[i], frozen.Activation ?? HardConcreteGate.Deterministic(gate[i]).Number(), site.Count.Number(),
            site.Transfer.Number(), site.Temperature.Number(), site.Reweight.Number(), site.Proportional.Number(),
            site.Diversity?.Number() ?? 0,
            criteria[i].Zip(site.Mixture).ToDictionary(c => c.First, c => c.Second.Number())))];
    }

    /// <summary>A plan of sites, for the images that are searched on.</summary>
    /// <param name="sites">The sites.</param>
    /// <param name="scores">What their scores learned.</param>
    internal ReductionPlan PlanOf(IReadOnlyList<ReductionSite> sites, ScoreParameters scores) =>
        ReductionPlan.Create(model.ToPlanModel(), sites, scores, sizes);

    /// <summary>The parameters of the scores as numbers.</summary>
    internal ScoreParameters ReadScores()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var placed = basis.Place(probe, relevance);
        return new ScoreParameters
        {
            Probe = Floats(placed.Probe!),
            Relevance = new TextRelevance((int)relevance.size(0), Floats(placed.RelevanceVisual!), Floats(placed.RelevanceText!)),
        };

        static float[] Floats(Tensor x) => x.detach().to_type(ScalarType.Float32).cpu().data<float>().ToArray();
    }

    /// <summary>Every variable's values by its name: what a search needs to go on from here.</summary>
    internal IReadOnlyDictionary<string, double[]> Values() => All.ToDictionary(x => x.Name, x => x.Value.Numbers());

    /// <summary>The name of a variable.</summary>
    internal string NameOf(Tensor variable) => All.Single(x => ReferenceEquals(x.Value, variable)).Name;

    /// <summary>Goes back to values that were read before.</summary>
    internal void Restore(IReadOnlyDictionary<string, double[]> values)
    {
        foreach (var (name, variable) in All)
            variable.Set(values[name]);
    }

    // Takes a plan's sites over, as far as variables can express them. Where none of a site's criteria is searched, the mixture stays even.
    private void Begin(ReductionPlan plan)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        double[] gates = gate.Numbers(), transfers = transfer.Numbers(), temperatures = logTemperature.Numbers(),
            gains = reweight.Numbers(), weights = proportional.Numbers(), distances = logDiversity.Numbers(), mixtures = mixture.Numbers();
        double entering = Budget.VisualTokens;
        var counts = new double[layers.Count];
        for (var i = 0; i < layers.Count; i++)
        {
            var kept = plan.Sites.LastOrDefault(site =>
                site.Stage == ReductionStage.Decoder && site.Layer >= layers[i] && (i + 1 == layers.Count || site.Layer < layers[i + 1]))
                is { } site ? Read(site, i) : entering;
            counts[i] = entering = kept;
        }
        foreach (var (variable, numbers) in new[] { (keep, Logits(counts, Gates())), (gate, gates), (transfer, transfers),
            (logTemperature, temperatures), (reweight, gains), (proportional, weights), (logDiversity, distances), (mixture, mixtures) })
            variable.Set(numbers);
        if (plan.Parameters is not { } learned)
            return;
        var (w, form) = basis.Coordinates(LearnedScores.Of(learned, probe.dtype, probe.device));
        if (w is not null)
            probe.copy_(w);
        if (form is not null)
            relevance.copy_(form);

        double Read(ReductionSite site, int i)
        {
            transfers[i] = Logit(site.Transfer);
            temperatures[i] = Math.Log(Math.Clamp(site.Temperature, SmallestTemperature, LargestTemperature));
            gains[i] = site.Reweight > 0 ? Math.Log(Math.Exp(Math.Min(site.Reweight, 20)) - 1) : SmallGain; // softplus backwards
            weights[i] = Logit(site.ProportionalAttention);
            distances[i] = Math.Log(Math.Clamp(site.Diversity, SmallestDiversity, LargestDiversity));
            if (criteria[i].Any(site.Score.ContainsKey))
            {
                foreach (var criterion in criteria[i])
                    mixtures[i * CriterionCount + (int)criterion] =
                        Math.Log(Math.Max(SmallestShare, site.Score.GetValueOrDefault(criterion)));
            }
            return site.KeepShare * Budget.VisualTokens ?? site.Keep;
        }
    }

    // The keep fractions' logits of counts, the inverse of what Sites makes of them.
    private double[] Logits(IReadOnlyList<double> counts, double[] open) => [.. counts.Select((count, i) =>
    {
        var entering = i == 0 ? Budget.VisualTokens : counts[i - 1];
        var fraction = entering <= 1 ? 1 : (count - 1) / (entering - 1);
        return Logit(open[i] <= 0 ? 1 : 1 - (1 - fraction) / open[i]);
    })];

    private static double Logit(double share) =>
        share <= 0 ? -LargestLogit : Math.Clamp(Math.Log(share / (1 - share)), -LargestLogit, LargestLogit);

    // Softmax over the criteria of the site, in the order of ReductionSite.Score: that of the enumeration.
    private IReadOnlyList<Tensor> Mixture(int site)
    {
        var logits = stack([.. criteria[site].Select(c => mixture[site * CriterionCount + (int)c])]);
        return [.. logits.softmax(0).unbind(0)];
    }

    // As far as counts go: in a uniform schedule only the first site drops tokens.
    private double[] Gates()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return [.. HardConcreteGate.Deterministic(gate).Numbers()
            .Select((open, i) => i > 0 && frozen.UniformKeep ? 0 : frozen.Activation ?? open)];
    }

    // Falls geometrically from the first site to the last, by the settings' factor in all, and uses the budget up.
    private double[] InitialKeeps()
    {
        var shape = layers.Select((_, i) => layers.Count == 1 ? 1 : Math.Pow(taper, -(double)i / (layers.Count - 1)));
        var counts = Budget.Scale([.. shape.Select(x => Math.Max(1, Budget.VisualTokens * x))]);
        return [.. counts.Select((count, i) =>
        {
            var before = i == 0 ? Budget.VisualTokens : counts[i - 1];
            var fraction = before <= 1 ? 1 : (count - 1) / (before - 1);
            fraction = Math.Clamp(fraction, 1e-3, 0.98);
            return Math.Log(fraction / (1 - fraction));
        })];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, variable) in All)
            variable.Dispose();
    }
}
