using EosMLNet.Evaluation;
using EosMLNet.Tool.Evaluate;

namespace EosMLNet.Tool.Report.Contents;

/// <summary>How one method did.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Result">Its answers, its figure and its ledger, as <c>eos evaluate</c> has them.</param>
/// <param name="Interval">The figure with its 95% interval, in the figure's unit.</param>
/// <param name="ToUnreduced">The difference to the unreduced model, paired; null for that itself.</param>
internal sealed record ReportMethod(
    string Name, MethodKind Kind, BenchmarkReport.PlanReport Result, BootstrapInterval Interval,
    BenchmarkReport.DifferenceReport? ToUnreduced);
