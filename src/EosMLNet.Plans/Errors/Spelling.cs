namespace EosMLNet;

/// <summary>Which known name a name that is not known was probably meant for.</summary>
public static class Spelling
{
    private const int CharactersOfSlip = 4; // a slip for each so many characters is still the same name

    /// <summary>A sentence with a space in front of it, <c> Did you mean 'search'?</c>, or nothing where no name is near.</summary>
    /// <param name="name">What was written. Capitals do not count.</param>
    /// <param name="known">The names that there are.</param>
    public static string Suggestion(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(other => (Name: other, Slips: Distance(name.ToLowerInvariant(), other.ToLowerInvariant())))
            .OrderBy(other => other.Slips).FirstOrDefault();
        return nearest.Name is not null && nearest.Slips <= Math.Max(1, name.Length / CharactersOfSlip)
            ? $" Did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>
    /// How many characters must be added, taken away, exchanged or swapped with their neighbours to make one of the other.
    /// </summary>
    internal static int Distance(string a, string b)
    {
        var costs = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                costs[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1, costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }
        return costs[a.Length, b.Length];
    }
}
