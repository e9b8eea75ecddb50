namespace EosMLNet.Search;

/// <summary>What a surface (ML.NET, the command line, a build) calls a setting of the search in its messages.</summary>
/// <param name="setting">The setting, from <see cref="SearchSettings"/> on: <c>Steps</c>, <c>Constraints.LatencyMs</c>,
/// <c>Frozen.Transfer</c>.</param>
public delegate string OptionNaming(string setting);
