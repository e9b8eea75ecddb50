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

    /// <summary>Checks that a plan was made for the model it is put on.</summary>
    /// <exception cref="EosException">EOS4002: it was not; the message names the first difference.</exception>
    public static void CheckFits(this ReductionPlan plan, VisionLanguageModel model)
    {
        var actual = model.Describe();
        foreach (var property in typeof(PlanModel).GetProperties())
            if (!Equals(property.GetValue(plan.Model), property.GetValue(actual)))
                throw new EosException(EosErrors.PlanMismatch,
                    $"The plan was made for a model with {property.Name} {property.GetValue(plan.Model)}, but this model has {property.GetValue(actual)}. Search again, or load the plan's own model.");
        if (plan.Parameters is { } parameters && parameters.Probe.Length != model.HiddenSize)
            throw new EosException(EosErrors.PlanMismatch,
                $"The plan's probe has {parameters.Probe.Length} weights, but the model's hidden states have {model.HiddenSize} dimensions. Restore the plan's own parameter file.");
    }
}
