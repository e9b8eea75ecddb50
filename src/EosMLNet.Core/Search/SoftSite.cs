using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>A reduction site with all its parameters as tensors, so that gradients reach them. Scalars are 0-dimensional.</summary>
/// <param name="Site">What is not searched: the layer, the affinity, the criteria, and at a corner the corner's τ.</param>
/// <param name="Count">How many visual tokens are kept, a real number.</param>
/// <param name="Transfer">γ.</param>
/// <param name="Temperature">τ.</param>
/// <param name="Reweight">ρ.</param>
/// <param name="Proportional">The weight of log mass in later layers' attention.</param>
/// <param name="Diversity">δ; <see langword="null"/> for 0.</param>
/// <param name="Mixture">The weight of each criterion, in the order of <paramref name="Site"/>'s score.</param>
/// <param name="Learned">The learned parameters of the scores.</param>
/// <param name="VisualTokens">The unreduced image that <paramref name="Count"/> is about: its visual tokens.</param>
internal sealed record SoftSite(
    ReductionSite Site, Tensor Count, Tensor Transfer, Tensor Temperature, Tensor Reweight, Tensor Proportional, Tensor? Diversity,
    IReadOnlyList<Tensor> Mixture, LearnedScores Learned,
    double VisualTokens)
{
    /// <summary>
    /// What a finished plan keeps of an image of so many visual tokens; <see langword="null"/> for the same share of every image.
    /// </summary>
    internal Func<int, int>? Rounded { get; init; }

    /// <summary>Whether the site is there at all; one that was dropped keeps what enters it.</summary>
    internal bool Acts { get; init; } = true;

    /// <summary>What the executed operator has of it.</summary>
    internal SiteTensors Tensors => new(Transfer, Temperature, Reweight, Mixture, Learned);

    /// <summary>The same site for an image of so many visual tokens.</summary>
    internal SoftSite At(int visualTokens)
    {
        if (Rounded is not null)
            return this with { Count = Scalars.Full(Rounded(visualTokens), [], Count.dtype, Count.device) };
        return visualTokens == VisualTokens ? this
            : this with { Count = Count.Mul(visualTokens / VisualTokens).Clamp(1, visualTokens), VisualTokens = visualTokens };
    }

    /// <summary>The same with each tensor replaced.</summary>
    internal SoftSite Map(Func<Tensor, Tensor> each)
    {
        return new(Site, each(Count), each(Transfer), each(Temperature), each(Reweight), each(Proportional), Optional(Diversity),
            [.. Mixture.Select(each)],
            new(Optional(Learned.Probe), Optional(Learned.RelevanceVisual), Optional(Learned.RelevanceText)),
            VisualTokens)
        { Rounded = Rounded, Acts = Acts };

        Tensor? Optional(Tensor? x) => x is null ? null : each(x);
    }

    /// <summary>The sites of a finished plan, without a gradient.</summary>
    /// <exception cref="EosException">EOS1013: a site has a part that the search's forward pass does not know.</exception>
    internal static IReadOnlyList<SoftSite> Of(ReductionPlan plan, ScalarType dtype, Device device)
    {
        if (plan.Sites.FirstOrDefault(site => !site.IsSearchable) is { } foreign)
            throw new EosException(EosErrors.InvalidOption,
                $"{foreign.Place} cannot be searched (sites in front of the decoder cannot, nor extra anchors, neighbours, a " +
                "giver weight, a residual token, a mask, keys averaged over heads, a normalisation other than mass). " +
                "Use such a plan as it is, or start from one without them.");
        var learned = LearnedScores.Of(plan.Parameters, dtype, device);
        var visualTokens = plan.ImageSizes?.Mean ?? plan.Model.VisualTokens;
        var counted = new Dictionary<int, IReadOnlyList<ReductionSite>>(); // by visual tokens of the unreduced image
        return [.. plan.Sites.Select((site, i) => new SoftSite(
            site, Number(site.KeepShare * visualTokens ?? site.Keep), Number(site.Transfer),
            Number(site.Temperature), Number(site.Reweight), Number(site.ProportionalAttention),
            site.Diversity > 0 ? Number(site.Diversity) : null,
            [.. site.Score.Values.Select(Number)], learned, visualTokens)
        {
            Rounded = plan.Model.ImagesVary ? tokens => Counted(tokens)[i].Keep : null,
        })];

        IReadOnlyList<ReductionSite> Counted(int tokens) =>
            counted.TryGetValue(tokens, out var known) ? known : counted[tokens] = KeptCounts.Of(plan.Model, plan.Sites, tokens);

        Tensor Number(double value) => Scalars.Full(value, [], dtype, device);
    }
}
