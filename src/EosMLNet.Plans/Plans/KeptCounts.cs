namespace EosMLNet.Plans;

/// <summary>What the sites of a plan keep of an image with a known number of visual tokens.</summary>
public static class KeptCounts
{
    // What a sum of shares may lie below the whole number that it means.
    private const double RoundingError = 1e-6;

    /// <summary>
    /// The sites with whole counts. Shares become the counts nearest to them whose sum over all layers, each as often as it lasts, is as
    /// close below that of the shares as whole numbers allow; so each image meets the budget by itself. Absolute counts stay, but for
    /// images that have fewer tokens: those keep all, and no second group of anchors and no residual token is chosen of them.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="sites">The sites, in the order in which they act.</param>
    /// <param name="visualTokens">Visual tokens of the unreduced image.</param>
    public static IReadOnlyList<ReductionSite> Of(PlanModel model, IReadOnlyList<ReductionSite> sites, int visualTokens)
    {
        if (!sites.Any(site => site.KeepShare is not null))
            return [.. sites.Select((site, i) => Fitted(site, i == 0 ? visualTokens : Math.Min(sites[i - 1].Keep, visualTokens)))];
        int[] spans = [.. sites.Select((site, i) => (i + 1 < sites.Count ? sites[i + 1].Layer : model.Layers) - site.Layer)];
        double[] real = [.. sites.Select(site => Math.Max(1, site.KeepShare!.Value * visualTokens))];
        var allowance = (long)Math.Floor(Apportionment.Sum(real, spans) + RoundingError);
        var counts = Apportionment.Round(real, spans, visualTokens, allowance, Math.Max(1, (int)Math.Floor(real[^1] + RoundingError)));
        return [.. sites.Zip(counts, (site, count) => site with { Keep = count, KeepShare = null })];
    }

    // A site with a count, where so many tokens enter it.
    private static ReductionSite Fitted(ReductionSite site, int entering)
    {
        if (site.Keep > entering)
            return site with { Keep = entering, Extra = null, Residual = false };
        return site.Extra is { Candidates: { } candidates } extra && candidates > entering - site.KeptByScore
            ? site with { Extra = extra with { Candidates = entering - site.KeptByScore } } : site;
    }
}
