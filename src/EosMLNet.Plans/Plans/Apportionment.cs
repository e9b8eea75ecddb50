namespace EosMLNet.Plans;

/// <summary>Turns searched, real-valued keep counts into whole numbers that meet a budget exactly.</summary>
public static class Apportionment
{
    // How far from its real value a count may be rounded: enough to make any sum of spans come out.
    private const int Window = 3;

    /// <summary>
    /// The whole numbers nearest to the real ones (least squares) that never rise from site to site and whose sum, each count times the
    /// layers it lasts for, is the allowance where that is possible, else as little below it as possible. Never above.
    /// </summary>
    /// <param name="real">Searched counts, one a site, none above its predecessor.</param>
    /// <param name="spans">How many layers each count lasts for.</param>
    /// <param name="visualTokens">Tokens in front of the first site.</param>
    /// <param name="allowance">The largest sum, at least that of one token everywhere.</param>
    /// <param name="final">The most that the last site may keep; <see langword="null"/> for no limit of its own.</param>
    public static int[] Round(IReadOnlyList<double> real, IReadOnlyList<int> spans, int visualTokens, long allowance, int? final = null)
    {
        var target = Scale(real, visualTokens, final ?? visualTokens, counts => Sum(counts, spans) <= allowance);
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
            var largest = Math.Min(site + 1 < keeps.Length ? most : Math.Min(most, final ?? most), middle + Window);
            for (var keep = Math.Max(1, Math.Min(most, middle - Window)); keep <= largest; keep++)
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

    /// <summary>The counts times the largest factor that fits, each from 1 to the tokens that there are.</summary>
    /// <param name="real">Counts, one a site, none above its predecessor.</param>
    /// <param name="visualTokens">Tokens in front of the first site.</param>
    /// <param name="final">The most that the last site may keep.</param>
    /// <param name="fits">Whether counts are allowed. Monotone: if it refuses some counts, it refuses all larger ones.</param>
    public static double[] Scale(IReadOnlyList<double> real, double visualTokens, double final, Func<double[], bool> fits)
    {
        double[] At(double factor) =>
            [.. real.Select((r, i) => Math.Clamp(r * factor, 1, i + 1 < real.Count ? visualTokens : Math.Max(1, final)))];
        double low = 0, high = Math.Max(1, visualTokens / Math.Max(real.Min(), 1e-6));
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (fits(At(middle)))
                low = middle;
            else
                high = middle;
        }
        return At(low);
    }

    /// <summary>Each count times the layers it lasts for.</summary>
    public static double Sum(IReadOnlyList<double> counts, IReadOnlyList<int> spans) => counts.Zip(spans, (x, span) => x * span).Sum();
}
