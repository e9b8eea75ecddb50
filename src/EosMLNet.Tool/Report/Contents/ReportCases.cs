namespace EosMLNet.Tool.Report.Contents;

/// <summary>The questions that a report shows with their pictures, and the way of their tokens through the decoder.</summary>
/// <param name="Lost">Answered worse under the plan than unreduced.</param>
/// <param name="Won">Answered better.</param>
/// <param name="Examples">One question about each of some pictures, spread over the table.</param>
/// <param name="Pictures">The pictures as data URIs, by their numbers.</param>
/// <param name="LeftOut">How many pictures had no room.</param>
internal sealed record ReportCases(
    CaseGroup Lost, CaseGroup Won, CaseGroup Examples, IReadOnlyList<string> Pictures, int LeftOut);
