using EosMLNet.Models;

namespace EosMLNet.Reduction;

/// <summary>Ties plans to models.</summary>
public static class PlanFit
{
    /// <summary>A model's identity and numbers as a plan records them.</summary>
    public static PlanModel Describe(this VisionLanguageModel model) => new()
    {
        Family = model.Family,
        Fingerprint = model.Fingerprint,
        Layers = model.LayerCount,
        VisualTokens = model.VisualTokens,
        Grid = model.Grid,
        HiddenSize = model.HiddenSize,
        IntermediateSize = model.IntermediateSize,
        Heads = model.HeadCount,
        KeyValueHeads = model.KeyValueHeadCount,
        HeadSize = model.HeadSize,
    };
}
