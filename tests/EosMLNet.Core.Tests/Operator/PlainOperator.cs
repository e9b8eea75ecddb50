namespace EosMLNet.Tests.Operator;

/// <summary>
/// The operator once more, for one image, as double loops over plain arrays that follow design.md line by line: an independent reference.
/// W[j, a] are the weights of dropped token j over the anchors; how they come about is the caller's business.
/// </summary>
internal static class PlainOperator
{
    public static int[] Highest(double[] score, int keep) =>
        [.. Enumerable.Range(0, score.Length).OrderByDescending(i => score[i]).ThenBy(i => i).Take(keep).Order()];

    public static int[] Diverse(double[] score, Func<int, int, double> similarity, double diversity, int keep)
    {
        var chosen = new List<int>();
        while (chosen.Count < keep)
        {
            var worth = score.Select((s, i) => s - (chosen.Count == 0 ? 0 : diversity * chosen.Max(a => similarity(i, a)))).ToArray();
            chosen.Add(Enumerable.Range(0, score.Length).Except(chosen).OrderByDescending(i => worth[i]).ThenBy(i => i).First());
        }
        return [.. chosen.Order()];
    }

    public static (double[][] Tokens, double[] Mass) Transfer(
        double[][] x, double[] mass, int[] anchors, double gamma, Func<int, int, double> weight, bool normalize = true)
    {
        var tokens = new double[anchors.Length][];
        var masses = new double[anchors.Length];
        for (var a = 0; a < anchors.Length; a++)
        {
            var anchor = x[anchors[a]];
            var sum = anchor.Select(v => v * (normalize ? mass[anchors[a]] : 1)).ToArray();
            masses[a] = mass[anchors[a]];
            for (var j = 0; j < x.Length; j++)
            {
                if (anchors.Contains(j))
                    continue;
                var share = gamma * weight(j, anchors[a]);
                masses[a] += share * mass[j];
                for (var f = 0; f < anchor.Length; f++)
                    sum[f] += share * (normalize ? mass[j] : 1) * x[j][f];
            }
            tokens[a] = [.. sum.Select(v => normalize ? v / masses[a] : v)];
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

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
