namespace EosMLNet.Tests.Operator.Presets;

/// <summary>
/// The published methods in front of the projector and inside the tower, for one image, as double loops over plain arrays. Tokens come back in the order of the places
/// that they stand in.
/// </summary>
internal static class PlainEncoderPresets
{
    /// <summary>VisionZip: tokens with the most attention stay; every so many-th other takes the mean of those whose keys are most like its own.</summary>
    public static (int[] Places, double[][] Tokens) VisionZip(double[][] x, double[][] keys, double[] attention, int dominant, int contextual)
    {
        var dominants = PlainOperator.Highest(attention, dominant);
        var others = Enumerable.Range(0, x.Length).Except(dominants).ToArray();
        var step = contextual == 0 ? 1 : Math.Max(1, others.Length / contextual);
        var targets = others.Where((_, i) => i % step == 0).Take(contextual).ToArray();
        var assigned = targets.ToDictionary(t => t, _ => new List<int>());
        foreach (var token in others.Except(targets))
        {
            var best = -1;
            foreach (var target in targets)
                if (best < 0 || PlainOperator.Cosine(keys[token], keys[target]) > PlainOperator.Cosine(keys[token], keys[best]))
                    best = target;
            if (best >= 0)
                assigned[best].Add(token);
        }
        var places = dominants.Concat(targets).Order().ToArray();
        return (places, [.. places.Select(place => assigned.TryGetValue(place, out var group) && group.Count > 0
            ? x[place].Select((v, f) => v + group.Average(j => x[j][f])).ToArray()
            : x[place])]);
    }

    /// <summary>
    /// PruMerge(+): tokens with the most attention stay, and every so many-th other if wanted. Each adds its nearest others, weighted by their attention. What does not stay
    /// is one more token, weighted alike, in the place of the one of most attention.
    /// </summary>
    public static (int[] Places, double[][] Tokens) PruMerge(double[][] x, double[][] keys, double[] attention, int chosen, int spatial, int neighbours)
    {
        var stay = PlainOperator.Highest(attention, chosen).ToList();
        var others = Enumerable.Range(0, x.Length).Except(stay).ToArray();
        for (var i = 0; i < spatial; i++)
            stay.Add(others[i * (others.Length / spatial)]);
        var left = Enumerable.Range(0, x.Length).Except(stay).ToArray();
        var result = new SortedDictionary<int, double[]>();
        foreach (var token in stay)
        {
            var nearest = Enumerable.Range(0, x.Length).Where(j => j != token).OrderByDescending(j => PlainOperator.Cosine(keys[token], keys[j])).Take(neighbours);
            result[token] = Added(x[token], nearest);
        }
        result[left.MaxBy(j => attention[j])] = Added(new double[x[0].Length], left);
        return ([.. result.Keys], [.. result.Values]);

        double[] Added(double[] to, IEnumerable<int> tokens)
        {
            var sum = to.ToArray();
            foreach (var j in tokens)
                for (var f = 0; f < sum.Length; f++)
                    sum[f] += attention[j] * x[j][f];
            return sum;
        }
    }

    /// <summary>
    /// One round of ToMe on a tower's sequence, [CLS] first and protected: of the tokens at even places, the r most like some token at an odd place join it, mean by size.
    /// </summary>
    public static (int[] Places, double[][] Tokens, double[] Sizes) ToMe(double[][] x, double[][] keys, double[] sizes, int r)
    {
        var matches = new List<(int From, int To, double Similarity)>();
        for (var a = 2; a < x.Length; a += 2)
        {
            var (best, similarity) = (-1, double.NegativeInfinity);
            for (var b = 1; b < x.Length; b += 2)
                if (PlainOperator.Cosine(keys[a], keys[b]) > similarity)
                    (best, similarity) = (b, PlainOperator.Cosine(keys[a], keys[b]));
            matches.Add((a, best, similarity));
        }
        var sums = x.Select((token, i) => token.Select(v => v * sizes[i]).ToArray()).ToArray();
        var total = sizes.ToArray();
        var gone = new HashSet<int>();
        foreach (var (from, to, _) in matches.OrderByDescending(m => m.Similarity).Take(r))
        {
            gone.Add(from);
            total[to] += sizes[from];
            for (var f = 0; f < x[0].Length; f++)
                sums[to][f] += sizes[from] * x[from][f];
        }
        var places = Enumerable.Range(0, x.Length).Where(i => !gone.Contains(i)).ToArray();
        return (places, [.. places.Select(i => sums[i].Select(v => v / total[i]).ToArray())], [.. places.Select(i => total[i])]);
    }
}
