namespace EosMLNet.Plans;

// Methods that act inside the decoder. The layers before them see every token, so that a small mean budget is out of their reach: with 144
// tokens and 6 layers, two such layers alone bring the mean to 48. Where a method would have to keep less than a tenth at its first stage,
// or could not meet the budget at all, the image is therefore first thinned in front of layer 0 (as in Stride), to as many tokens as let
// the method then keep its published shares.
public static partial class Baselines
{
    private const double LeastKept = 0.1;
    private const int PublishedLayers = 32;

    /// <summary>
    /// <see cref="ReductionPresets.FastV"/> in front of layer 2, after a thinning where the budget is out of its reach; it then drops half
    /// of the tokens, its published default.
    /// </summary>
    /// <param name="model">The model; where it has one layer, there is no layer before, and the thinning alone is left.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan FastV(PlanModel model, double meanTokens) =>
        InDecoder(model, meanTokens, SecondLayer(model), [0.5], (layers, keeps, _) => ReductionPresets.FastV(layers[0], keeps[0]));

    /// <summary>
    /// <see cref="ReductionPresets.PyramidDrop(IReadOnlyList{int}, IReadOnlyList{int})"/> at the published depths (8, 16 and 24 of 32
    /// layers) and shares (a half, a quarter, an eighth), after a thinning where the budget is out of its reach.
    /// </summary>
    /// <param name="model">The model; where it has one layer, the thinning alone is left.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan PyramidDrop(PlanModel model, double meanTokens) =>
        InDecoder(model, meanTokens, AtDepths(model, 8, 16, 24), [0.5, 0.25, 0.125],
            (layers, keeps, _) => ReductionPresets.PyramidDrop(layers, keeps));

    /// <summary>
    /// <see cref="ReductionPresets.SparseVlm1"/> at the published depths (in front of layers 3, 7 and 16 of 32) and with the shares of its
    /// nominal 128 of 576 tokens, the clusters' tokens among them, after a thinning where the budget is out of its reach. A stage that
    /// keeps too few tokens for a cluster beside them recycles none.
    /// </summary>
    /// <param name="model">The model; where it has one layer, the thinning alone is left.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan SparseVlm1(PlanModel model, double meanTokens) =>
        InDecoder(model, meanTokens, AtDepths(model, 3, 7, 16),
            [.. ReductionPresets.SparseVlm1(576, [3, 7, 16], [303, 110, 36]).Select(site => site.Keep / 576.0)],
            (layers, keeps, entering) => ReductionPresets.SparseVlm1Within(entering, layers, keeps));

    /// <summary>
    /// <see cref="ReductionPresets.SparseVlm2"/> at the published depths (in front of layers 3, 7 and 16 of 32), with the shares of its
    /// nominal 128 of 576 tokens and of 14 heads of 32, after a thinning where the budget is out of its reach.
    /// </summary>
    /// <param name="model">The model; where it has one layer, the thinning alone is left.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan SparseVlm2(PlanModel model, double meanTokens) =>
        InDecoder(model, meanTokens, AtDepths(model, 3, 7, 16), [238 / 576.0, 108 / 576.0, 60 / 576.0],
            (layers, keeps, _) => ReductionPresets.SparseVlm2(layers, keeps, Math.Max(1, model.Heads * 14 / 32)));

    /// <summary>
    /// <see cref="ReductionPresets.Dart"/> in front of layer 2 with its published share of 128 of 576 tokens, after a thinning where the
    /// budget is out of its reach. The published 4 pivots of each kind go with 128 tokens; fewer tokens have fewer pivots, at least one of
    /// each kind.
    /// </summary>
    /// <param name="model">The model; where it has one layer, the thinning alone is left.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number.</exception>
    public static ReductionPlan Dart(PlanModel model, double meanTokens) =>
        InDecoder(model, meanTokens, SecondLayer(model), [128 / 576.0], (layers, keeps, _) =>
        {
            var pivots = Math.Clamp(keeps[0] * 4 / 128, 1, 4);
            return ReductionPresets.Dart(layers[0], keeps[0], pivots, pivots);
        });

    /// <summary>The preset with its published shares scaled to meet the budget, thinned first where it must be.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget.</param>
    /// <param name="layers">The stages' layers, from 1; none where the model is too shallow for the method.</param>
    /// <param name="shares">What each stage keeps of the tokens that enter the method, as published; those of stages that the model is too
    /// shallow for are left out.</param>
    /// <param name="preset">Makes the sites from the stages' layers, the numbers they keep, and the number of tokens that enter the
    /// first.</param>
    private static ReductionPlan InDecoder(PlanModel model, double meanTokens, IReadOnlyList<int> layers, IReadOnlyList<double> shares,
        Func<IReadOnlyList<int>, IReadOnlyList<int>, int, IReadOnlyList<ReductionSite>> preset)
    {
        if (layers.Count == 0)
            return Stride(model, meanTokens);
        var total = (long)Math.Floor(Math.Min(Checked(model, meanTokens), model.VisualTokens) * model.Layers);
        var spans = layers.Select((layer, stage) => (stage + 1 < layers.Count ? layers[stage + 1] : model.Layers) - layer).ToArray();
        if (Keeps(model.VisualTokens) is { } alone && alone[0] >= LeastKept * model.VisualTokens)
            return ReductionPlan.Create(model, preset(layers, alone, model.VisualTokens));
        var wanted = (int)(total / (layers[0] + spans.Zip(shares, (span, share) => span * share).Sum()));
        // Near the wanted number, the one that leaves least of the budget unused.
        var thinned = Enumerable.Range(wanted - 2, 5).Where(count => count >= 1 && count <= model.VisualTokens && Keeps(count) is not null)
            .OrderBy(count => total - Spent(count, Keeps(count)!)).ThenBy(count => Math.Abs(count - wanted)).First();
        return ReductionPlan.Create(model, [.. ReductionPresets.Stride(thinned), .. preset(layers, Keeps(thinned)!, thinned)]);

        int[]? Keeps(int entering) => total - (long)layers[0] * entering is var allowance && allowance >= spans.Sum()
            ? Apportionment.Round([.. shares.Take(layers.Count).Select(share => share * entering)], spans, entering, allowance)
            : null;
        long Spent(int entering, int[] keeps) => (long)layers[0] * entering + keeps.Zip(spans, (keep, span) => (long)keep * span).Sum();
    }

    private static IReadOnlyList<int> SecondLayer(PlanModel model) => model.Layers == 1 ? [] : [Math.Min(2, model.Layers - 1)];

    // Layers of a 32-layer model at the same depths of this one, each once, those behind its end left out.
    private static IReadOnlyList<int> AtDepths(PlanModel model, params ReadOnlySpan<int> published)
    {
        var layers = new List<int>();
        foreach (var layer in published)
        {
            var scaled = Math.Max(layers.LastOrDefault() + 1,
                (int)Math.Round((double)layer * model.Layers / PublishedLayers, MidpointRounding.AwayFromZero));
            if (scaled < model.Layers)
                layers.Add(scaled);
        }
        return layers;
    }
}
