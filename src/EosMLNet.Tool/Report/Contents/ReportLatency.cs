namespace EosMLNet.Tool.Report.Contents;

/// <summary>The time from a prompt, its image encoded, to the first token of its answer, in milliseconds.</summary>
/// <param name="Unreduced">What the unreduced model took.</param>
/// <param name="Plan">What the plan took, in turns with it.</param>
/// <param name="Questions">How many questions were timed.</param>
/// <param name="Rounds">How often each.</param>
/// <param name="TextTokens">Their text tokens, on average.</param>
/// <param name="PredictedUnreduced">What the latency table says of the unreduced model; null without a table.</param>
/// <param name="PredictedPlan">The same of the plan; null without a table, or where the table does not know a site of the plan.</param>
/// <param name="Remark">The plan's time beside the unreduced model's in words, and why it is slower where it is.</param>
internal sealed record ReportLatency(
    LatencySpread Unreduced, LatencySpread Plan, int Questions, int Rounds, int TextTokens, double? PredictedUnreduced,
    double? PredictedPlan, string Remark);
