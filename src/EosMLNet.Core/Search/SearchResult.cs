using EosMLNet.Reduction;

namespace EosMLNet.Search;

/// <summary>What a search gives.</summary>
/// <param name="Plan">The plan. It meets the budget exactly.</param>
/// <param name="Report">How it was found, and what it costs.</param>
public sealed record SearchResult(ReductionPlan Plan, SearchReport Report);
