namespace EosMLNet.Search;

/// <summary>
/// Shifts tokens between early and late sites where validation shows a gain. The gradient prices a token by the removal of that token
/// alone. Where several tokens say the same, each seems worthless. Only a trial tells that together they are not.
/// </summary>
internal static class CountTrials
{
    // By how much the counts from a site on change against those before it, and how often in a row.
    private const double Factor = 0.6;
    private const int MostRepeats = 3;

    /// <summary>The sites after all shifts that lowered the loss.</summary>
    /// <param name="sites">The searched sites; only what they keep is changed.</param>
    /// <param name="loss">The validation loss of a plan with these sites, whose counts are first made to fit the limits; any larger number
    /// where it is above all before it.</param>
    /// <param name="left">Told before the first trial and after each how many can still come at most.</param>
    internal static IReadOnlyList<SearchedSite> Apply(IReadOnlyList<SearchedSite> sites, Func<IReadOnlyList<SearchedSite>, double> loss,
        Action<int>? left = null)
    {
        var most = Most(sites.Count);
        left?.Invoke(most);
        var least = loss(sites);
        left?.Invoke(--most);
        for (var first = sites.Count - 1; first > 0; first--)
        {
            foreach (var factor in new[] { Factor, 1 / Factor })
            {
                most -= MostRepeats;
                for (var repeat = 0; repeat < MostRepeats; repeat++)
                {
                    var tried = Shifted(sites, first, factor);
                    var found = loss(tried);
                    left?.Invoke(most + (found >= least ? 0 : MostRepeats - 1 - repeat));
                    if (found >= least)
                        break;
                    (sites, least) = (tried, found);
                }
            }
        }
        return sites;
    }

    /// <summary>The most trials that so many sites can need.</summary>
    internal static int Most(int sites) => 1 + Math.Max(0, sites - 1) * 2 * MostRepeats;

    // A count never exceeds the one before it.
    private static IReadOnlyList<SearchedSite> Shifted(IReadOnlyList<SearchedSite> sites, int first, double factor)
    {
        var before = double.PositiveInfinity;
        return [.. sites.Select((site, i) =>
            site with { Keep = before = Math.Min(before, Math.Max(1, i < first ? site.Keep : site.Keep * factor)) })];
    }
}
