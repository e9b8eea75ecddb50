namespace EosMLNet.Tests.Operator;

/// <summary>
/// The operator once more, for one image, as double loops over plain arrays that follow design.md line by line: an independent reference.
/// W[j, a] are the weights of dropped token j over the anchors; how they come about is the caller's business.
/// </summary>
internal static class PlainOperator
{
    public static int[] Highest(double[] score, int keep) =>
        [.. Enumerable.Range(0, score.Length).OrderByDescending(i => score[i]).ThenBy(i => i).Take(keep).Order()];

    public static int[] Diverse(double[] score, Func<int, int, double> similarity, double diversity, int keep) =>
        [.. InTurn(score, similarity, diversity, keep).Order()];

    /// <summary>Diverse anchors in the order of their choice.</summary>
    public static int[] InTurn(double[] score, Func<int, int, double> similarity, double diversity, int keep)
    {
        var chosen = new List<int>();
        while (chosen.Count < keep)
        {
            var worth = score.Select((s, i) => s - (chosen.Count == 0 ? 0 : diversity * chosen.Max(a => similarity(i, a)))).ToArray();
            chosen.Add(Enumerable.Range(0, score.Length).Except(chosen).OrderByDescending(i => worth[i]).ThenBy(i => i).First());
        }
        return [.. chosen];
    }

    public static (double[][] Tokens, double[] Mass) Transfer(
        double[][] x, double[] mass, int[] anchors, double gamma, Func<int, int, double> weight,
        Normalization normalization = Normalization.Mass)
    {
        var tokens = new double[anchors.Length][];
        var masses = new double[anchors.Length];
        for (var a = 0; a < anchors.Length; a++)
        {
            var (anchor, own) = (x[anchors[a]], mass[anchors[a]]);
            var (sum, weighted) = (new double[anchor.Length], new double[anchor.Length]); // of what is given: Σ γW·D and Σ γW·c·D
            var (share, taken) = (0.0, 0.0);                                              // Σ γW and Σ γW·c
            for (var j = 0; j < x.Length; j++)
            {
                if (anchors.Contains(j))
                    continue;
                var part = gamma * weight(j, anchors[a]);
                share += part;
                taken += part * mass[j];
                for (var f = 0; f < anchor.Length; f++)
                {
                    sum[f] += part * x[j][f];
                    weighted[f] += part * mass[j] * x[j][f];
                }
            }
            masses[a] = own + taken;
            tokens[a] = [.. anchor.Select((v, f) => normalization switch
            {
                Normalization.None => v + sum[f],
                Normalization.AddedMean => v + (taken == 0 ? 0 : gamma * weighted[f] / taken),
                Normalization.Mean => (v + sum[f]) / (1 + share),
                _ => (own * v + weighted[f]) / masses[a],
            })];
        }
        return (tokens, masses);
    }

    public static double Cosine(double[] a, double[] b) => Dot(a, b) / (Math.Sqrt(Dot(a, a)) * Math.Sqrt(Dot(b, b)));

    public static double[] Softmax(IEnumerable<double> logits)
    {
        var exponentials = logits.Select(Math.Exp).ToArray();
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    public static double[] Standardize(double[] x)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
        return [.. x.Select(v => deviation == 0 ? 0 : (v - mean) / deviation)];
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
