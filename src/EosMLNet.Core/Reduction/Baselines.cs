namespace EosMLNet.Reduction;

/// <summary>
/// Published methods as points of the operator, under the same ledger as everything else: each plan's mean visual tokens per layer meet the budget
/// exactly, or stay under it by as little as the method allows. <see cref="FastV"/>, <see cref="SparseVlm1"/>, <see cref="SparseVlm2"/>, <see cref="PyramidDrop"/> and
/// <see cref="Dart"/> act inside the decoder, all others in front of it.
/// </summary>
public static partial class Baselines
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

    // Tokens for every layer alike: the whole part of the budget.
    private static int WholeBudget(PlanModel model, double meanTokens) => (int)Math.Min(Checked(model, meanTokens), model.VisualTokens);

    private static double Checked(PlanModel model, double meanTokens) => meanTokens >= 1
        ? meanTokens
        : throw new EosException(EosErrors.InfeasibleBudget,
            $"A budget of {meanTokens} mean visual tokens was asked for; the model has {model.VisualTokens}. Choose a number from 1 to {model.VisualTokens}.");
}
