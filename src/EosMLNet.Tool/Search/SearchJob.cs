namespace EosMLNet.Tool.Search;

/// <summary>One search in a process of its own.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Arguments">Its command line, but for the device.</param>
/// <param name="PlanFile">Where it writes its plan.</param>
/// <param name="ReportFile">Where it writes how the plan was found.</param>
internal sealed record SearchJob(string Name, IReadOnlyList<string> Arguments, string PlanFile, string ReportFile);
