using System.Globalization;

namespace EosMLNet.Search;

/// <summary>The result of a search.</summary>
/// <param name="Plan">The plan. It meets the budget exactly.</param>
/// <param name="Report">How it was found, and what it costs.</param>
public sealed record SearchResult(ReductionPlan Plan, SearchReport Report)
{
    /// <summary>The plan's cost in a line, and the report.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"A plan of {Plan.Sites.Count} sites: {Plan.Ledger.Mean:0.#} mean and {Plan.Ledger.Final} final visual tokens, " +
        $"MACs {Plan.Ledger.MacsRatio:0.000} of the unreduced model{Environment.NewLine}{Report}");
}
