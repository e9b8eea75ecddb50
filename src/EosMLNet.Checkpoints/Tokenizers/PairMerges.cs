namespace EosMLNet.Checkpoints;

/// <summary>Joins neighbours in a row of symbols until no pair may be joined: the best pair first, of equal ones the left one.</summary>
internal static class PairMerges
{
    /// <summary>
    /// The rank of the pair of the symbols from left to right and from right to end; the smallest is joined first, null never.
    /// </summary>
    internal delegate double? Rank(int left, int right, int end);

    /// <summary>Joins pairs.</summary>
    /// <param name="count">How many symbols there are at first.</param>
    /// <param name="rank">The rank of a pair; each symbol is given by the place of its first part.</param>
    /// <param name="joined">What is done when the symbols at two places become one at the left place.</param>
    /// <returns>The symbols that are left, each from its first part to the one behind its last.</returns>
    internal static IEnumerable<(int Start, int End)> Run(int count, Rank rank, Action<int, int>? joined = null)
    {
        // A symbol goes from its place to that of the next one that is left; one that was joined to another has no end.
        var (ends, previous) = (new int[count], new int[count]);
        var pairs = new PriorityQueue<(int Left, int Right, int End), (double, int)>();
        for (var i = 0; i < count; i++)
            (ends[i], previous[i]) = (i + 1, i - 1);
        for (var i = 0; i + 1 < count; i++)
            Consider(i, i + 1);
        while (pairs.TryDequeue(out var pair, out _))
        {
            var (left, right, end) = pair;
            if (ends[left] != right || ends[right] != end)
                continue; // one of the two was joined with another meanwhile
            joined?.Invoke(left, right);
            (ends[left], ends[right]) = (end, 0);
            if (end < count)
                previous[end] = left;
            Consider(previous[left], left);
            Consider(left, end);
        }
        for (var i = 0; i < count; i = ends[i])
            yield return (i, ends[i]);

        void Consider(int left, int right)
        {
            if (left >= 0 && right < count && rank(left, right, ends[right]) is { } value)
                pairs.Enqueue((left, right, ends[right]), (value, left));
        }
    }
}
