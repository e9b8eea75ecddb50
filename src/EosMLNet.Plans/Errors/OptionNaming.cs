namespace EosMLNet.Search;

/// <summary>The name that a surface (ML.NET, the command line, a build) has for a setting of search or answers, in its messages.</summary>
/// <param name="setting">The setting, as <c>SearchSettings</c> has it: <c>Steps</c>, <c>Constraints.LatencyMs</c>,
/// <c>Frozen.Transfer</c>.</param>
public delegate string OptionNaming(string setting);
