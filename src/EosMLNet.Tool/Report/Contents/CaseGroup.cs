namespace EosMLNet.Tool.Report.Contents;

/// <summary>Questions that are shown, of those that have something in common.</summary>
/// <param name="Total">How many have it.</param>
/// <param name="Shown">Those that are shown, in the order of the table.</param>
internal sealed record CaseGroup(int Total, IReadOnlyList<ReportCase> Shown);
