namespace EosMLNet.Plans;

/// <summary>What a prefill is likely to take on a CPU where nothing was measured: good enough to tell whether sites pay.</summary>
public static class RoughLatency
{
    // What a site's own operations take at least, in seconds, however few tokens there are; and the multiply-accumulates that a CPU of
    // today does in a second.
    private const double SecondsOfSite = 0.001, MacsOfSecond = 5e10;

    /// <summary>A prefill under a plan, in seconds: its multiply-accumulates, and each of its sites.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="rows">Prompts that are run together, with an image each.</param>
    public static double Seconds(ReductionPlan plan, int rows = 1) =>
        rows * plan.Ledger.VisualTokensPerLayer.Sum(tokens => Macs(plan, tokens)) / MacsOfSecond + plan.Sites.Count * SecondsOfSite;

    /// <summary>The multiply-accumulates that a plan saves in the decoder's layers during the prefill of one prompt.</summary>
    /// <param name="plan">The plan.</param>
    internal static double SavedMacs(ReductionPlan plan) =>
        plan.Ledger.VisualTokensPerLayer.Sum(tokens => Macs(plan, plan.Model.VisualTokens) - Macs(plan, tokens));

    /// <summary>Whether the multiply-accumulates that a plan saves take less time than its sites.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="rows">Prompts that are run together, with an image each.</param>
    internal static bool CostsMore(ReductionPlan plan, int rows) =>
        rows * SavedMacs(plan) / MacsOfSecond < plan.Sites.Count * SecondsOfSite;

    private static double Macs(ReductionPlan plan, double visual)
    {
        var (linear, square) = TokenLedger.MacsPerLayer(plan.Model);
        return linear * (visual + plan.Ledger.TextTokens) + square * Math.Pow(visual + plan.Ledger.TextTokens, 2);
    }
}
