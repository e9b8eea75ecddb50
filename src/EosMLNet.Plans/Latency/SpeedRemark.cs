namespace EosMLNet.Plans;

/// <summary>Says in a sentence how fast a plan is beside the unreduced model, and why it is slower where it is.</summary>
public static class SpeedRemark
{
    // Measured medians that differ by less say nothing.
    private const double Noise = 0.05;

    /// <summary>One or two sentences: "2 times as fast as unreduced.", "1.8 times as slow as unreduced on this machine. …".</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="milliseconds">Its prefill or answer time.</param>
    /// <param name="unreducedMilliseconds">The unreduced model's, measured in turns with it.</param>
    /// <param name="isCpu">Whether a CPU ran both.</param>
    /// <param name="rows">Prompts that were run together.</param>
    public static string For(ReductionPlan plan, double milliseconds, double unreducedMilliseconds, bool isCpu = true, int rows = 1)
    {
        if (!(milliseconds > 0 && unreducedMilliseconds > 0))
            return "The times are too short to be compared.";
        var slower = milliseconds / unreducedMilliseconds;
        if (Math.Abs(slower - 1) < Noise)
            return "About as fast as unreduced.";
        if (slower < 1)
            return FormattableString.Invariant($"{1 / slower:0.0#} times as fast as unreduced.");
        return FormattableString.Invariant($"{slower:0.0#} times as slow as unreduced on this machine. ") + Reason(plan, isCpu, rows);
    }

    private static string Reason(ReductionPlan plan, bool isCpu, int rows)
    {
        if (plan.Sites.Count == 0)
        {
            return "The plan has no site, so that it is the unreduced model: something else ran while it was measured. " +
                "Measure again on an idle machine.";
        }
        if (RoughLatency.CostsMore(plan, rows))
        {
            var saved = rows * RoughLatency.SavedMacs(plan);
            return FormattableString.Invariant($"The model is so small that the operations of {Sites(plan)} take longer ") +
                FormattableString.Invariant(
                    $"than the {saved / 1e6:0} million multiply-accumulates that they save. Larger models and more rows at once gain.");
        }
        return rows == 1 && !isCpu
            ? "One row alone does not fill the device, so that fewer tokens hardly save time there. Measure with more rows at once."
            : "By its multiply-accumulates it should be faster: something else probably ran while it was measured. Measure again on an " +
                "idle machine.";
    }

    private static string Sites(ReductionPlan plan) =>
        plan.Sites.Count == 1 ? "the plan's one site" : $"the plan's {plan.Sites.Count} sites";
}
