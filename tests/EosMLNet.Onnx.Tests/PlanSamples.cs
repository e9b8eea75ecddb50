namespace EosMLNet.Tests.Onnx;

/// <summary>Plans of all kinds: presets, and sites that use each part of the operator.</summary>
internal static class PlanSamples
{
    private static readonly Dictionary<string, Func<PlanModel, ReductionPlan>> All = new()
    {
        ["identity"] = ReductionPlan.Identity,
        ["random"] = model => Baselines.Random(model, Third(model), seed: 3),
        ["stride"] = model => Baselines.Stride(model, Third(model)),
        ["pool"] = model => Baselines.AveragePool(model, Third(model)),
        ["tome"] = model => Baselines.ToMe(model, Third(model)),
        ["tome-tower"] = model => Baselines.ToMeTower(model, Third(model)),
        ["divprune"] = model => Baselines.DivPrune(model, Third(model)),
        ["visionzip"] = model => Baselines.VisionZip(model, Third(model)),
        ["scope"] = model => Baselines.Scope(model, Third(model)),
        ["holov"] = model => Baselines.HoloV(model, Third(model)),
        ["prumerge"] = model => Baselines.PruMerge(model, Third(model)),
        ["prumerge+"] = model => Baselines.PruMergePlus(model, Third(model)),
        ["fastv"] = model => Baselines.FastV(model, Third(model)),
        ["pyramiddrop"] = model => Baselines.PyramidDrop(model, Third(model)),
        ["sparsevlm1"] = model => Baselines.SparseVlm1(model, Third(model)),
        ["sparsevlm2"] = model => Baselines.SparseVlm2(model, Third(model)),
        ["dart"] = model => Baselines.Dart(model, Third(model)),
        ["mixed"] = Mixed,
        ["learned"] = Learned,
        ["residual"] = Residual,
        ["coverage"] = model => Rule(model, AnchorRule.Coverage),
        ["determinantal"] = model => Rule(model, AnchorRule.Determinantal),
        ["crops"] = InCrops,
    };

    internal static IEnumerable<string> Names => All.Keys;

    /// <summary>Those that models with few layers can have.</summary>
    internal static IEnumerable<string> ForFewLayers => All.Keys.Where(name => name != "mixed");

    internal static ReductionPlan Of(string name, PlanModel model) => All[name](model);

    /// <summary>Three sites that keep shares, the first of them in front of layers that still get planes.</summary>
    internal static ReductionPlan OfShares(PlanModel model) => ReductionPlan.Create(model, new[] { 0.8, 0.5, 0.3 }.Select((share, layer) => new ReductionSite
    {
        Layer = layer,
        KeepShare = share,
        Transfer = 0.7,
        Temperature = layer == 1 ? 0 : 0.3,
        Reweight = 0.2,
        Diversity = layer == 2 ? 0.4 : 0,
        ProportionalAttention = 0.5,
        Normalization = (Normalization)layer,
        Score = new Dictionary<ScoreCriterion, double>
        {
            [ScoreCriterion.FeatureNorm] = 0.5, [ScoreCriterion.Novelty] = 0.5, [layer == 0 ? ScoreCriterion.ClsAttention : ScoreCriterion.TextAttention] = 0.3,
        },
    }), sizes: ImageSizes.All(20));

    private static double Third(PlanModel model) => model.VisualTokens / 3;

    // Weighed by attention, and in front of it without a weight. Of drawn scenes few tokens differ from all others by more than rounding.
    private static ReductionPlan Rule(PlanModel model, AnchorRule rule) => ReductionPlan.Create(model,
    [
        new ReductionSite
        {
            Layer = 0, Keep = model.VisualTokens / 6, Transfer = 0.5, Score = new Dictionary<ScoreCriterion, double>(),
            Extra = new ExtraAnchors(model.VisualTokens / 6, rule),
        },
        new ReductionSite
        {
            Layer = 1, Keep = model.VisualTokens / 9, Score = new Dictionary<ScoreCriterion, double>(),
            Extra = new ExtraAnchors(model.VisualTokens / 9, rule) { Weight = ScoreCriterion.TextAttention },
        },
    ]);

    // Runs of tokens that differ in length by one, in front of a layer that shows what the text attends to.
    private static ReductionPlan InCrops(PlanModel model) => ReductionPlan.Create(model,
    [
        new ReductionSite
        {
            Layer = 1, Keep = model.VisualTokens / 3, Transfer = 0.5, Score = new Dictionary<ScoreCriterion, double>(),
            Extra = new ExtraAnchors(model.VisualTokens / 3, AnchorRule.Crops) { Crops = 5, Weight = ScoreCriterion.TextAttention },
        },
    ]);

    // Three sites: a soft transfer with masses that weigh on attention, diverse anchors, and a gain.
    private static ReductionPlan Mixed(PlanModel model) => ReductionPlan.Create(model,
    [
        new ReductionSite
        {
            Layer = 0, Keep = model.VisualTokens / 2, Transfer = 0.8, Temperature = 0.1, ProportionalAttention = 0.7, Diversity = 0.5,
            Affinity = new Affinity { SpatialSigma = 3 },
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Novelty] = 0.6, [ScoreCriterion.FeatureNorm] = 0.4 },
        },
        new ReductionSite
        {
            Layer = 2, Keep = model.VisualTokens / 4, Transfer = 0.5, Temperature = double.PositiveInfinity, Reweight = 0.3,
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TextAttention] = 1, [ScoreCriterion.ClsAttention] = 0.5 },
        },
        new ReductionSite
        {
            Layer = 4, Keep = model.VisualTokens / 8, Transfer = 1, Temperature = 0, ProportionalAttention = 1, Normalization = Normalization.None,
            AttentionSource = AttentionSource.OwnLayer,
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.RaterAttention] = 1, [ScoreCriterion.KeyNorm] = 0.2 },
        },
    ]);

    // A second group of anchors, and a token that stands for what is dropped and not transferred.
    private static ReductionPlan Residual(PlanModel model) => ReductionPlan.Create(model,
    [
        new ReductionSite
        {
            Layer = 1, Keep = Math.Max(5, model.VisualTokens / 3), Transfer = 0.6, Temperature = 0.2, Reweight = 0.1, ProportionalAttention = 0.5,
            Residual = true, GiverWeight = ScoreCriterion.TextAttention, Extra = new ExtraAnchors(2, AnchorRule.Stride),
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TextAttention] = 1, [ScoreCriterion.Lattice] = 0.2 },
        },
    ]);

    private static ReductionPlan Learned(PlanModel model)
    {
        var random = new Random(5);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        return ReductionPlan.Create(model,
        [
            new ReductionSite
            {
                Layer = 0, Keep = model.VisualTokens / 3, Transfer = 1, Temperature = 0.05, Diversity = 1,
                Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.Probe] = 0.5, [ScoreCriterion.TextRelevance] = 0.5 },
            },
        ], new ScoreParameters { Probe = Numbers(model.HiddenSize), Relevance = new TextRelevance(4, Numbers(4 * model.HiddenSize), Numbers(4 * model.HiddenSize)) });
    }
}
