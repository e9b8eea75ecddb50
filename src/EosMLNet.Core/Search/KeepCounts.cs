namespace EosMLNet.Search;

/// <summary>Turns searched, real-valued keep counts into whole numbers that meet a budget exactly.</summary>
internal static class KeepCounts
{
    // How far from its real value a count may be rounded: enough to make any sum of spans come out.
    private const int Window = 3;

    /// <summary>
    /// The whole numbers nearest to the real ones (least squares) that never rise from site to site and whose sum, each count times the layers it lasts for, is the
    /// allowance where that is possible, else as little below it as possible. Never above.
    /// </summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    /// <param name="spans">How many layers each count lasts for.</param>
    /// <param name="visualTokens">Tokens in front of the first site.</param>
    /// <param name="allowance">The largest sum, at least that of one token everywhere.</param>
    internal static int[] Round(IReadOnlyList<double> real, IReadOnlyList<int> spans, int visualTokens, long allowance)
    {
        var target = Scale(real, spans, visualTokens, allowance);
        var memory = new Dictionary<(int Site, int Most, long Left), (long Unused, double Error, int Keep)>();
        var keeps = new int[real.Count];
        var (most, left) = (visualTokens, allowance);
        for (var site = 0; site < keeps.Length; site++)
        {
            keeps[site] = Best(site, most, left).Keep;
            (most, left) = (keeps[site], left - (long)spans[site] * keeps[site]);
        }
        return keeps;

        // The least unused allowance, then the least error, of this site and those behind it.
        (long Unused, double Error, int Keep) Best(int site, int most, long left)
        {
            if (site == keeps.Length)
                return (left, 0, 0);
            if (memory.TryGetValue((site, most, left), out var known))
                return known;
            var best = (Unused: long.MaxValue, Error: double.PositiveInfinity, Keep: 1);
            var middle = (int)Math.Round(target[site]);
            for (var keep = Math.Max(1, Math.Min(most, middle - Window)); keep <= Math.Min(most, middle + Window); keep++)
            {
                var rest = left - (long)spans[site] * keep;
                if (rest < spans.Skip(site + 1).Sum())
                    break;
                var (unused, error, _) = Best(site + 1, keep, rest);
                if (unused == long.MaxValue)
                    continue;
                error += spans[site] * (keep - target[site]) * (keep - target[site]);
                if (unused < best.Unused || unused == best.Unused && error < best.Error)
                    best = (unused, error, keep);
            }
            return memory[(site, most, left)] = best;
        }
    }

    /// <summary>The counts times one factor, so that they use the allowance up: slack was free to the search, but so are tokens under the budget.</summary>
    internal static double[] Scale(IReadOnlyList<double> real, IReadOnlyList<int> spans, int visualTokens, double allowance)
    {
        double[] At(double factor) => [.. real.Select(r => Math.Clamp(r * factor, 1, visualTokens))];
        double low = 0, high = Math.Max(1, visualTokens / Math.Max(real.Min(), 1e-6));
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (At(middle).Zip(spans, (x, span) => x * span).Sum() > allowance)
                high = middle;
            else
                low = middle;
        }
        return At(low);
    }
}
