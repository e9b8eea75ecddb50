namespace EosMLNet.Tests.Plans;

/// <summary>Models by their numbers alone.</summary>
internal static class PlanModels
{
    /// <summary>144 visual tokens and 6 layers: the shape that the documentation's examples are about.</summary>
    public static PlanModel Scenes { get; } = new()
    {
        Family = "llava", Fingerprint = "sha256:00", Layers = 6, TowerLayers = 3, VisualTokens = 144, Grid = new VisualGrid(12, 12),
        HiddenSize = 128, IntermediateSize = 344, Heads = 4, KeyValueHeads = 2, HeadSize = 32,
    };

    /// <summary>LLaVA-1.5-7B.</summary>
    public static PlanModel Llava7B { get; } = new()
    {
        Family = "llava", Fingerprint = "sha256:07", Layers = 32, TowerLayers = 23, VisualTokens = 576, Grid = new VisualGrid(24, 24),
        HiddenSize = 4096, IntermediateSize = 11008, Heads = 32, KeyValueHeads = 32, HeadSize = 128,
    };

    /// <summary>A site in front of layer 0 with one criterion and no transfer.</summary>
    public static ReductionSite Site(int keep, ScoreCriterion criterion = ScoreCriterion.TextAttention) =>
        new() { Layer = 0, Keep = keep, Score = new Dictionary<ScoreCriterion, double> { [criterion] = 1 } };
}
