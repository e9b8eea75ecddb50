namespace EosMLNet.Tool.Report.Contents;

/// <summary>A line of a report's provenance.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">What it is.</param>
internal sealed record ReportFact(string Name, string Value);
