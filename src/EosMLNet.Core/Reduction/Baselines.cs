namespace EosMLNet.Reduction;

/// <summary>
/// Published methods as points of the operator, under the same ledger as everything else: each plan's mean visual tokens per layer meet the budget
/// exactly, or stay under it by as little as the method allows. All but <see cref="FastV"/> act in front of layer 0, before any decoder layer.
/// </summary>
public static class Baselines
{
    /// <summary>Keeps the same randomly drawn patches of every picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <param name="seed">Draws the patches.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan Random(PlanModel model, double meanTokens, int seed) =>
        ReductionPlan.Create(model, ReductionPresets.Random(WholeBudget(model, meanTokens), seed));

    /// <summary>Keeps evenly spaced patches, row by row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan Stride(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.Stride(WholeBudget(model, meanTokens)));

    /// <summary>
    /// 2-D average pooling: the patch grid is cut into windows, and each becomes the mean of its patches. Of the window counts within the budget,
    /// the largest whose windows are no more than twice as long as wide.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan AveragePool(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.AveragePool(PatchWindows.LargestCount(model.Grid, WholeBudget(model, meanTokens))));

    /// <summary>
    /// FastV (arXiv:2403.06764): in front of layer 2, keeps the tokens to which the last instruction token paid most attention in the layer before; the others vanish.
    /// The two layers before it see every token, so that a small mean budget is out of its reach: with 144 tokens and 6 layers they alone bring the mean to 48.
    /// Where FastV would have to drop more than nine tokens of ten, or could not meet the budget at all, the picture is therefore first thinned
    /// in front of layer 0 (as in <see cref="Stride"/>), to as many tokens as let FastV then drop half of them, its published default.
    /// A model of one layer has no layer before: there, the thinning alone is left.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan FastV(PlanModel model, double meanTokens)
    {
        const double MostDropped = 0.9;
        if (model.Layers == 1)
            return Stride(model, meanTokens);
        var budget = Math.Min(Checked(model, meanTokens), model.VisualTokens);
        var layer = Math.Min(2, model.Layers - 1);
        var alone = KeptAfter(model.VisualTokens);
        if (alone >= (1 - MostDropped) * model.VisualTokens)
            return ReductionPlan.Create(model, [Attention(alone)]);
        // Half of the thinned tokens stay: layer·p + (layers − layer)·p/2 = layers·budget.
        var thinned = (int)(budget * model.Layers / ((model.Layers + layer) / 2.0));
        return ReductionPlan.Create(model, [Site(0, thinned, ScoreCriterion.Lattice), Attention(KeptAfter(thinned))]);

        int KeptAfter(int before) => (int)Math.Min(before, Math.Floor((budget * model.Layers - (double)layer * before) / (model.Layers - layer)));
        ReductionSite Attention(int keep) => Site(layer, keep, ScoreCriterion.TextAttention);
    }

    /// <summary><see cref="ReductionPresets.ToMe"/> on the visual tokens in front of layer 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan ToMe(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.ToMe(model.VisualTokens, WholeBudget(model, meanTokens)));

    /// <summary><see cref="ReductionPresets.DivPrune"/>: the most diverse tokens, in front of layer 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan DivPrune(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.DivPrune(WholeBudget(model, meanTokens)));

    private static ReductionSite Site(int layer, int keep, ScoreCriterion criterion) =>
        new() { Layer = layer, Keep = keep, Score = new Dictionary<ScoreCriterion, double> { [criterion] = 1 } };

    // Tokens for every layer alike: the whole part of the budget.
    private static int WholeBudget(PlanModel model, double meanTokens) => (int)Math.Min(Checked(model, meanTokens), model.VisualTokens);

    private static double Checked(PlanModel model, double meanTokens) => meanTokens >= 1
        ? meanTokens
        : throw new EosException(EosErrors.InfeasibleBudget,
            $"A budget of {meanTokens} mean visual tokens was asked for; the model has {model.VisualTokens}. Choose a number from 1 to {model.VisualTokens}.");
}
