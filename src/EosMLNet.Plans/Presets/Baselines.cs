namespace EosMLNet.Plans;

/// <summary>
/// Published methods as points of the operator, under the same ledger as everything else: each plan's mean visual tokens per layer meet the
/// budget exactly, or stay under it by as little as the method allows. <see cref="FastV"/>, <see cref="SparseVlm1"/>,
/// <see cref="SparseVlm2"/>, <see cref="PyramidDrop"/> and <see cref="Dart"/> act inside the decoder, all others in front of it.
/// </summary>
public static partial class Baselines
{
    /// <summary>Keeps the same randomly drawn patches of every image.</summary>
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
    /// 2-D average pooling: the patch grid is cut into windows, and each becomes the mean of its patches. Of the window counts within the
    /// budget, the largest whose windows are no more than twice as long as wide.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan AveragePool(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.AveragePool(PatchGrid.LargestCount(GridOf(model), WholeBudget(model, meanTokens))));

    private static VisualGrid GridOf(PlanModel model) => model.Grid ?? throw new EosException(EosErrors.PlanMismatch,
        "Average pooling needs images whose visual tokens lie on one grid, but those of this model lie on several. Use another method.");

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

    /// <summary>
    /// <see cref="ReductionPresets.VisionZip"/> in front of the projector, with the published proportion of 54 dominant to 10 contextual
    /// tokens.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan VisionZip(PlanModel model, double meanTokens)
    {
        var keep = WholeBudget(model, meanTokens);
        var contextual = (int)Math.Round(keep * 10 / 64.0);
        return ReductionPlan.Create(model, ReductionPresets.VisionZip(keep - contextual, contextual));
    }

    /// <summary><see cref="ReductionPresets.Scope"/> in front of the projector: tokens that cover the image.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan Scope(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.Scope(WholeBudget(model, meanTokens)));

    /// <summary><see cref="ReductionPresets.HoloV"/> in front of the projector, with its 16 crops, or one a token where there are fewer.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan HoloV(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.HoloV(WholeBudget(model, meanTokens), Math.Min(16, model.VisualTokens)));

    /// <summary><see cref="ReductionPresets.PruMerge"/> in front of the projector, with its 32 neighbours.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan PruMerge(PlanModel model, double meanTokens) =>
        ReductionPlan.Create(model, ReductionPresets.PruMerge(WholeBudget(model, meanTokens)));

    /// <summary>
    /// <see cref="ReductionPresets.PruMergePlus"/> in front of the projector, with the published proportion of three spatial tokens to one
    /// that stays by its attention. A budget of one token leaves room for none of them: there it is <see cref="PruMerge"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan PruMergePlus(PlanModel model, double meanTokens)
    {
        var keep = WholeBudget(model, meanTokens);
        return keep == 1 ? PruMerge(model, meanTokens)
            : ReductionPlan.Create(model, ReductionPresets.PruMergePlus(keep, (int)Math.Ceiling((keep - 1) * 0.75)));
    }

    /// <summary>
    /// <see cref="ReductionPresets.ToMeTower"/>, where each block of the vision tower merges the same number of patches, the smallest that
    /// meets the budget, but at most half of what enters it. What the tower cannot merge so is merged in front of layer 0, as in
    /// <see cref="ToMe"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan ToMeTower(PlanModel model, double meanTokens)
    {
        var target = WholeBudget(model, meanTokens);
        var even = Enumerable.Range(0, model.VisualTokens).FirstOrDefault(number => After(number)[^1] == target, model.VisualTokens);
        var left = After(even);
        var tower = ReductionPresets.ToMeTower(model.VisualTokens, [.. left.Zip(left.Skip(1), (before, after) => before - after)]);
        return ReductionPlan.Create(model, [.. tower, .. ReductionPresets.ToMe(left[^1], target)]);

        // Patches in front of the first block and after each.
        List<int> After(int number)
        {
            List<int> counts = [model.VisualTokens];
            for (var block = 0; block < model.TowerLayers; block++)
                counts.Add(Math.Max(target, counts[^1] - Math.Min(number, counts[^1] / 2)));
            return counts;
        }
    }

    // Tokens for every layer alike: the whole part of the budget.
    private static int WholeBudget(PlanModel model, double meanTokens) => (int)Math.Min(Checked(model, meanTokens), model.VisualTokens);

    private static double Checked(PlanModel model, double meanTokens) => meanTokens >= 1
        ? meanTokens
        : throw new EosException(EosErrors.InfeasibleBudget,
            $"A budget of {meanTokens} mean visual tokens was asked for; the model has {model.VisualTokens}. Choose a number from 1 to " +
            $"{model.VisualTokens}.");
}
