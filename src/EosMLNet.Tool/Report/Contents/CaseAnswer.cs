namespace EosMLNet.Tool.Report.Contents;

/// <summary>An answer.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Score">What it is worth, 0 to 1.</param>
/// <param name="Probability">The mean probability of its tokens; null where the question was too long to be asked.</param>
internal sealed record CaseAnswer(string Text, double Score, double? Probability);
