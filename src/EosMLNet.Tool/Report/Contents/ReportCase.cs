namespace EosMLNet.Tool.Report.Contents;

/// <summary>A question whose picture is shown.</summary>
/// <param name="Row">Its number among the questions that were asked, from 0.</param>
/// <param name="Place">The picture as the table names it; empty where the table holds the picture itself.</param>
/// <param name="Question">The question.</param>
/// <param name="Expected">The expected answer.</param>
/// <param name="Family">The kind of question; empty where there are none.</param>
/// <param name="Plan">The plan's answer.</param>
/// <param name="Unreduced">The unreduced model's answer.</param>
/// <param name="Images">Its pictures with their tokens; none where the page had no room.</param>
internal sealed record ReportCase(
    int Row, string Place, string Question, string Expected, string Family, CaseAnswer Plan, CaseAnswer Unreduced,
    IReadOnlyList<CaseImage> Images);
