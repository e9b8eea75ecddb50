namespace EosMLNet.Models;

/// <summary>What plans need to know of a loaded model.</summary>
public static class VisionLanguageModelExtensions
{
    /// <summary>What a plan records of a loaded model. Its fingerprint is computed when it is first asked for.</summary>
    /// <param name="model">The model.</param>
    public static PlanModel ToPlanModel(this VisionLanguageModel model) =>
        model.Shape.ToPlanModel(model.Processor?.Images, model.Identity);

    /// <summary>Checks that a model is the one that the plan was made for.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="EosException">EOS4002: it is not, or lacks what a score needs.</exception>
    public static void CheckFits(this ReductionPlan plan, VisionLanguageModel model)
    {
        plan.CheckShape(model);
        plan.CheckFingerprint(model.ToPlanModel());
    }

    /// <summary>The same without the comparison of the weights' fingerprints, which takes time.</summary>
    internal static void CheckShape(this ReductionPlan plan, VisionLanguageModel model)
    {
        plan.CheckShape(model.ToPlanModel());
        if (!model.HasClsAttention && plan.NeedsClsAttention)
            throw new EosException(EosErrors.PlanMismatch,
                "The plan scores by the vision tower's [CLS] attention, but this model's tower has no [CLS] token. " +
                "Use a plan that was searched on this model.");
    }
}
