using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// The operator of arXiv:2606.05232: select anchors, transfer the dropped tokens to them, reweight. Pruning, merging, pooling and
/// reweighting are points of it. Pure functions of tensors, differentiable in everything continuous, with all images of a batch side by
/// side; I images of n tokens of width d, k anchors, m = n − k dropped tokens.
/// </summary>
public static class ReductionOperator
{
    /// <summary>Applies one site to the visual tokens of I images.</summary>
    /// <param name="input">The tokens and what the scores need beside them.</param>
    /// <param name="site">The operator's parameters.</param>
    /// <param name="parameters">The learned parameters of the scores; needed where the site scores by <see cref="ScoreCriterion.Probe"/> or
    /// <see cref="ScoreCriterion.TextRelevance"/>.</param>
    /// <returns>The anchors, which belong to the caller's dispose scope.</returns>
    /// <exception cref="EosException">EOS4002: the site does not fit the tokens, or a criterion's input is missing.</exception>
    public static Reduced Reduce(SiteInput input, ReductionSite site, ScoreParameters? parameters = null)
    {
        using var scope = NewDisposeScope();
        var (type, device) = (ComputeType.Of(input.Tokens), input.Tokens.device);
        var reduced = Reduce(input, site, SiteTensors.Of(site, LearnedScores.Of(parameters, type, device), type, device));
        return Handed(reduced, scope);
    }

    /// <summary>
    /// As above, with γ, τ, ρ and the scores' parameters as tensors. The site's own numbers still say which corner it is in (γ = 0, τ = 0
    /// or ∞, ρ = 0).
    /// </summary>
    internal static Reduced Reduce(SiteInput input, ReductionSite site, SiteTensors parameters)
    {
        using var scope = NewDisposeScope();
        var (type, massType) = (input.Tokens.dtype, input.Mass.dtype);
        var all = ComputeType.Cast(input.Tokens);                                           // (I, n, d)
        input = input with { Tokens = all }; // once, for all that look at them
        var score = Score(input, site, parameters, present: null);                          // (I, n)
        var selection = AnchorSelection.Of(score, input, site);
        var anchors = selection.Anchors;                                                    // (I, k)
        var carried = Carried(input);                                                       // (I, n, d')
        var tokens = Rows(carried, anchors);                                                // (I, k, d')
        var mass = input.Mass.to_type(all.dtype).gather(1, anchors);                        // (I, k)
        if (site.Transfer > 0 && (selection.Dropped.size(1) > 0 || site.Neighbours is not null))
            (tokens, mass) = Transfer(input, carried, site, parameters, selection, tokens, mass);
        if (site.Reweight > 0)
            tokens = tokens * Gain(score.gather(1, anchors), parameters.Reweight).unsqueeze(-1);
        if (selection.Residual is { } place)
            (tokens, mass, anchors) = WithResidual(input, carried, site, selection.Dropped, place, tokens, mass, anchors);
        tokens = tokens.to_type(type);
        var (width, planes) = (all.size(2), input.Planes);
        return Handed(planes is null ? new Reduced(tokens, mass.to_type(massType), anchors)
            : new Reduced(tokens.narrow(2, 0, width), mass.to_type(massType), anchors, tokens.narrow(2, width, planes.size(2))), scope);
    }

    /// <summary>
    /// What tokens hand over: themselves, and behind them what later layers will add to them. Handing over is linear, so that the sum of
    /// what is handed over is what the sums would be.
    /// </summary>
    internal static Tensor Carried(SiteInput input)                                        // (I, n, d')
    {
        var tokens = ComputeType.Cast(input.Tokens);
        return input.Planes is null ? tokens : cat([tokens, input.Planes.to_type(tokens.dtype)], -1);
    }

    private static Reduced Handed(Reduced reduced, DisposeScope scope)
    {
        scope.MoveToOuter(reduced.Tokens, reduced.Mass, reduced.Anchors);
        reduced.Planes?.MoveToOuterDisposeScope();
        return reduced;
    }

    /// <summary>The score of each token: the site's mixture of standardised criteria.</summary>
    /// <param name="input">The tokens and what the scores need beside them.</param>
    /// <param name="site">The mixture, and what its criteria depend on.</param>
    /// <param name="learned">The learned parameters that the mixture needs.</param>
    /// <returns>(I, n), float32 or, for float64 tokens, float64.</returns>
    /// <exception cref="EosException">EOS4002: a criterion's input is missing.</exception>
    public static Tensor Score(SiteInput input, ReductionSite site, LearnedScores? learned = null)
    {
        using var scope = NewDisposeScope();
        return Score(input, site, SiteTensors.Of(site, learned, ComputeType.Of(input.Tokens), input.Tokens.device), present: null)
            .MoveToOuterDisposeScope();
    }

    /// <summary>As above, with gradients to the mixture, where some tokens may be gone.</summary>
    /// <param name="input">The tokens and what the scores need beside them.</param>
    /// <param name="site">What the criteria depend on.</param>
    /// <param name="parameters">The mixture, and the learned parameters that it needs.</param>
    /// <param name="present">1 for tokens that are there, else 0, (I, n); <see langword="null"/> where all are.</param>
    internal static Tensor Score(SiteInput input, ReductionSite site, SiteTensors parameters, Tensor? present)
    {
        using var scope = NewDisposeScope();
        if (site.Score.Count == 0)
            return zeros(input.Tokens.size(0), input.Tokens.size(1), ComputeType.Of(input.Tokens), input.Tokens.device)
                .MoveToOuterDisposeScope();
        // All at once: as many operations as for one of them. (I, c, n)
        var values = stack([.. site.Score.Keys.Select(criterion => Values(criterion, input, site, parameters.Learned, present))], 1);
        var each = Standardised(values, present?.unsqueeze(1)).unbind(1).Zip(parameters.Mixture, (values, weight) => values.mul(weight));
        return each.Aggregate((sum, next) => sum.Add(next)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One criterion, standardised over the tokens of each image to mean 0 and standard deviation 1; 0 where all tokens are alike.
    /// </summary>
    /// <param name="criterion">The criterion.</param>
    /// <param name="input">The tokens and what the criterion needs beside them.</param>
    /// <param name="site">What the criterion depends on: the number kept, the seed, the affinity. Its mixture is not read.</param>
    /// <param name="learned">The learned parameters that the criterion needs.</param>
    /// <returns>(I, n), float32 or, for float64 tokens, float64.</returns>
    /// <exception cref="EosException">EOS4002: the criterion's input is missing.</exception>
    public static Tensor Criterion(ScoreCriterion criterion, SiteInput input, ReductionSite site, LearnedScores? learned = null)
    {
        using var scope = NewDisposeScope();
        var values = Values(criterion, input, site, learned ?? new LearnedScores(), present: null);
        return Standardised(values, present: null).MoveToOuterDisposeScope();
    }

    private static Tensor Values(ScoreCriterion criterion, SiteInput input, ReductionSite site, LearnedScores learned, Tensor? present) =>
        Operator.Criterion.Of(criterion).Values(input, site, learned, present).to_type(ComputeType.Of(input.Tokens));      // (I, n)

    // Over the tokens that are there, the last dimension: the others are computed along and count for nothing.
    private static Tensor Standardised(Tensor x, Tensor? present)
    {
        using var scope = NewDisposeScope();
        var count = present?.sum(-1, keepdim: true);                                        // (…, 1)
        var mean = Mean(x);
        var centred = x - mean;
        var variance = Mean(centred.Pow(2));
        // What rounding leaves of a constant criterion must not be blown up to unit variance.
        var constant = variance.le(mean.mul(mean).Mul(1e-12).Add(1e-30));
        return centred.div(variance.MaskedFill(constant, 1).sqrt()).MaskedFill(constant, 0).MoveToOuterDisposeScope();

        Tensor Mean(Tensor of) => present is null ? of.mean([-1], keepdim: true) : of.mul(present).sum(-1, keepdim: true).div(count!);
    }

    /// <summary>
    /// The affinity S of each token to each other: cosine similarity and, where asked for, the spatial term. Masks are apart, in
    /// <see cref="Allowed"/>.
    /// </summary>
    /// <param name="input">The tokens.</param>
    /// <param name="affinity">What similarity is made of.</param>
    /// <param name="from">Positions of the m giving tokens, (I, m); all n when <see langword="null"/>.</param>
    /// <param name="to">Positions of the k receiving tokens, (I, k); all n when <see langword="null"/>.</param>
    /// <returns>(I, m, k), float32 or, for float64 tokens, float64.</returns>
    /// <exception cref="EosException">EOS4002: keys are asked for and missing.</exception>
    public static Tensor Affinity(SiteInput input, Affinity affinity, Tensor? from = null, Tensor? to = null)
    {
        using var scope = NewDisposeScope();
        // (I, m, k)
        var similarity = affinity.Measure == AffinityMeasure.Cosine ? Cosine(input, affinity.Feature, from, to)
            : Distance(input, affinity.Feature, from, to).neg();
        if (affinity.SpatialSigma is { } sigma)
        {
            var places = PatchWindows.Coordinates(input.Index, input.Layout, similarity.dtype);              // (I, n, 2)
            var apart = (Rows(places, from).unsqueeze(2) - Rows(places, to).unsqueeze(1)).norm(-1).Div(sigma);
            similarity = similarity - apart.mul(apart);
        }
        return similarity.MoveToOuterDisposeScope();
    }

    /// <summary>Which pairs the site's mask allows, (I, m, k) bool; <see langword="null"/> when all are.</summary>
    /// <param name="input">The tokens.</param>
    /// <param name="site">The mask, and the number kept, which windows depend on.</param>
    /// <param name="from">Positions of the m giving tokens, (I, m); all n when <see langword="null"/>.</param>
    /// <param name="to">Positions of the k receiving tokens, (I, k); all n when <see langword="null"/>.</param>
    public static Tensor? Allowed(SiteInput input, ReductionSite site, Tensor? from = null, Tensor? to = null)
    {
        if (site.Affinity.Mask == AffinityMask.None)
            return null;
        using var scope = NewDisposeScope();
        if (site.Affinity.Mask == AffinityMask.Window)
        {
            var window = PatchWindows.WindowOf(input.Index, input.Layout, site.Keep);                        // (I, n)
            return Picked(window, from).unsqueeze(2).eq(Picked(window, to).unsqueeze(1)).MoveToOuterDisposeScope();
        }
        var odd = BipartiteMatchCriterion.IsOdd(input).expand(input.Tokens.size(0), -1);
        return Picked(odd, from).logical_not().unsqueeze(2).logical_and(Picked(odd, to).unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Cosine similarity of a feature, (I, m, k).</summary>
    internal static Tensor Cosine(SiteInput input, AffinityFeature feature, Tensor? from, Tensor? to)
    {
        const double Shortest = 1e-12;
        var x = Feature(input, feature);                                                                   // (I, n, f)
        if (is_grad_enabled())
        {
            var unit = nn.functional.normalize(x, dim: -1, eps: Shortest);
            return Rows(unit, from).matmul(Rows(unit, to).transpose(1, 2));
        }
        // The products are fewer numbers than the tokens: they are what is scaled.
        var lengths = x.norm(-1).Clamp(Shortest, double.PositiveInfinity);                               // (I, n)
        return Rows(x, from).matmul(Rows(x, to).transpose(1, 2)).div_(Picked(lengths, from).unsqueeze(2))
            .div_(Picked(lengths, to).unsqueeze(1));
    }

    /// <summary>Euclidean distance of a feature, (I, m, k).</summary>
    internal static Tensor Distance(SiteInput input, AffinityFeature feature, Tensor? from, Tensor? to)
    {
        var x = Feature(input, feature);                                                                   // (I, n, f)
        // Not by way of products: a token's distance to itself is 0.
        return cdist(Rows(x, from).contiguous(), Rows(x, to).contiguous(), 2, compute_mode.donot_use_mm_for_euclid_dist);
    }

    /// <summary>The feature that an affinity compares, (I, n, f).</summary>
    internal static Tensor Feature(SiteInput input, AffinityFeature feature) =>
        ComputeType.Cast(feature == AffinityFeature.Hidden ? input.Tokens : input.Keys
            ?? throw new EosException(EosErrors.PlanMismatch,
                $"A site compares {feature}, but it was not given. Use an affinity of hidden states, or a model that offers keys."));

    private static (Tensor Tokens, Tensor Mass) Transfer(
        SiteInput input, Tensor carried, ReductionSite site, SiteTensors parameters, AnchorSelection selection, Tensor kept,
        Tensor keptMass)
    {
        // Take all n tokens where anchors give too, and where most are dropped. A copy of most tokens would cost more than the few others
        // add to the products.
        var most = 2 * selection.Dropped.size(1) > input.Tokens.size(1);
        var from = site.Neighbours is null && !most ? selection.Dropped : null;                            // (I, m)
        var giving = site.Neighbours is null && most ? OfAll(selection, kept.dtype) : selection.Gives?.to_type(kept.dtype); // (I, m)
        var affinity = selection.Affinity is { } known ? Rows(known.transpose(1, 2), from).contiguous()
            : Affinity(input, site.Affinity, from, selection.Anchors);                                     // (I, m, k)
        var allowed = Allowed(input, site, from, selection.Anchors);
        if (selection.Receives is { } receives)
            allowed = allowed is null ? receives.unsqueeze(1).expand_as(affinity) : allowed.logical_and(receives.unsqueeze(1));
        var weights = site.Neighbours is { } count
            ? TransferWeights.Nearest(affinity, allowed, selection.Anchors, count)
            : TransferWeights.Of(affinity, allowed, site.Temperature, parameters.Temperature);                        // (I, m, k)
        if (giving is { } gives)
            weights = weights * gives.unsqueeze(2);
        if (GiverWeight(input, site, from) is { } weight)
            weights = weights * weight;
        var givers = Rows(carried, from);                                                                  // (I, m, d')
        var giversMass = Picked(input.Mass.to_type(kept.dtype), from).unsqueeze(-1);                       // (I, m, 1)
        var given = weights * giversMass * parameters.Transfer;                                            // (I, m, k)
        var taken = given.sum(1);                                                                          // (I, k)
        var mass = keptMass.Add(taken);                                                                   // (I, k)
        var tokens = site.Normalization switch
        {
            Normalization.None => kept.Add(weights.transpose(1, 2).matmul(givers) * parameters.Transfer),
            Normalization.AddedMean => kept.Add(
                given.transpose(1, 2).matmul(givers) * parameters.Transfer / taken.MaskedFill(taken.Eq(0), 1).unsqueeze(-1)),
            Normalization.Mean => kept.Add(weights.transpose(1, 2).matmul(givers) * parameters.Transfer)
                / (weights.sum(1) * parameters.Transfer).Add(1).unsqueeze(-1),
            _ => kept.mul(keptMass.unsqueeze(-1)).Add(given.transpose(1, 2).matmul(givers)) / mass.unsqueeze(-1),
        };                                                                                                 // (I, k, d')
        return (tokens, site.Neighbours is null ? mass : keptMass);
    }

    // 1 for those of all tokens that give, else 0, (I, n).
    private static Tensor OfAll(AnchorSelection selection, ScalarType type)
    {
        var gives = selection.Gives?.to_type(type) ?? ones_like(selection.Dropped, type);
        return zeros(gives.size(0), selection.Dropped.size(1) + selection.Anchors.size(1), type, gives.device)
            .scatter(1, selection.Dropped, gives);
    }

    // What is dropped, as one token. It has the mass that the dropped tokens did not give away: in the pull form, all of it.
    private static (Tensor Tokens, Tensor Mass, Tensor Anchors) WithResidual(
        SiteInput input, Tensor carried, ReductionSite site, Tensor dropped, Tensor place, Tensor kept, Tensor keptMass, Tensor anchors)
    {
        var left = Rows(carried, dropped);                                                                 // (I, m, d')
        if (GiverWeight(input, site, dropped) is { } weight)
            left = left * weight;
        var mass = input.Mass.to_type(kept.dtype).sum(1, keepdim: true) - keptMass.sum(1, keepdim: true);  // (I, 1)
        var all = cat([anchors, place], 1);
        var order = all.sort(1).Indices;                                                                   // (I, k + 1)
        return (Rows(cat([kept, left.sum(1, keepdim: true)], 1), order), cat([keptMass, mass], 1).gather(1, order), all.gather(1, order));
    }

    /// <summary>What weighs tokens where a rule of extra anchors chooses them, (I, n); <see langword="null"/> for 1.</summary>
    internal static Tensor? AnchorWeight(SiteInput input, ReductionSite site) => Weight(site.Extra?.Weight, input, site);

    private static Tensor? GiverWeight(SiteInput input, ReductionSite site, Tensor? from) =>               // (I, m, 1)
        Weight(site.GiverWeight, input, site) is { } weight ? Picked(weight, from).unsqueeze(-1) : null;

    private static Tensor? Weight(ScoreCriterion? criterion, SiteInput input, ReductionSite site) =>       // (I, n)
        criterion is { } one ? Values(one, input, site, new LearnedScores(), present: null) : null;

    /// <summary>1 + ρ (ŵ − 1), ŵ = softmax(s)·k over the k tokens that stay: their gains have mean 1.</summary>
    /// <param name="score">s of each token, (I, n).</param>
    /// <param name="reweight">ρ, 0-dimensional.</param>
    /// <param name="present">1 for those that stay, else 0, (I, n), which may have a gradient; <see langword="null"/> where all do.</param>
    internal static Tensor Gain(Tensor score, Tensor reweight, Tensor? present = null)                     // (I, n)
    {
        if (present is null)
            return score.softmax(-1).Mul(score.size(1)).Add(-1).mul(reweight).Add(1);
        var best = score.MaskedFill(present.detach().Lt(0.5), double.NegativeInfinity).amax([-1], keepdim: true);
        // A token that is gone may score higher than all that stay. Clamped, its gradient has a bound.
        var exponential = score.sub(best).Clamp(-1e30, 0).exp();
        var mean = exponential.mul(present).sum(-1, keepdim: true).div(present.sum(-1, keepdim: true));
        return exponential.div(mean).Add(-1).mul(reweight).Add(1);
    }

    private static Tensor Rows(Tensor x, Tensor? positions) =>                                             // (I, n, f), (I, k) -> (I, k, f)
        positions is null ? x : x.gather(1, positions.unsqueeze(-1).expand(-1, -1, x.size(-1)));

    private static Tensor Picked(Tensor x, Tensor? positions) => positions is null ? x : x.gather(1, positions);
}
