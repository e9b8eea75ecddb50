using EosMLNet.Checkpoints;

namespace EosMLNet.Evaluation;

/// <summary>
/// Says how far a difference between two plans can be trusted. Both answered the same rows; images are drawn with replacement, each with
/// all its rows (rows about one image are not independent), and the difference is computed anew for each draw. Images that stand in one row
/// are drawn together. The interval lies between the 2.5th and the 97.5th percentile. Same input, same seed: same interval.
/// </summary>
/// <remarks>B. Efron, R. Tibshirani: An Introduction to the Bootstrap, 1993, chapters 8 and 13.</remarks>
public static class PairedBootstrap
{
    /// <summary>The difference of the mean scores over all rows.</summary>
    /// <param name="data">The rows, with their images.</param>
    /// <param name="a">What each row's answer is worth under the first plan, 0 … 1; a mean over
    /// several search seeds will do as well.</param>
    /// <param name="b">The same under the second plan.</param>
    /// <param name="resamples">How often the images are drawn.</param>
    /// <param name="seed">Which draws.</param>
    /// <exception cref="EosException">EOS1013: the scores are not one a row, or the number of resamples is not positive.</exception>
    public static BootstrapInterval Accuracy(VqaDataset data, IReadOnlyList<double> a, IReadOnlyList<double> b, int resamples = 2000,
        int seed = 1) =>
        FamilyAverage(Groups(data), [.. data.Examples.Select(_ => "")], a, b, resamples, seed);

    /// <summary>
    /// The difference of the family averages: each family's mean counts alike. A family that a draw happens to miss does not count in that
    /// draw.
    /// </summary>
    /// <inheritdoc cref="Accuracy(VqaDataset, IReadOnlyList{double}, IReadOnlyList{double}, int, int)"/>
    public static BootstrapInterval FamilyAverage(VqaDataset data, IReadOnlyList<double> a, IReadOnlyList<double> b, int resamples = 2000,
        int seed = 1) =>
        FamilyAverage(Groups(data), [.. data.Examples.Select(row => row.Family)], a, b, resamples, seed);

    /// <summary>The difference of the family averages of rows that are in no <see cref="VqaDataset"/>.</summary>
    /// <param name="images">Each row's image, by any number.</param>
    /// <param name="families">Each row's family.</param>
    /// <param name="a">What each row's answer is worth under the first plan.</param>
    /// <param name="b">The same under the second plan.</param>
    /// <param name="resamples">How often the images are drawn.</param>
    /// <param name="seed">Which draws.</param>
    /// <exception cref="EosException">EOS1012: no rows. EOS1013: the scores are not one a row, or the number of resamples is not
    /// positive.</exception>
    public static BootstrapInterval FamilyAverage(
        IReadOnlyList<int> images, IReadOnlyList<string> families, IReadOnlyList<double> a, IReadOnlyList<double> b, int resamples = 2000,
        int seed = 1)
    {
        if (a.Count != images.Count || b.Count != images.Count || families.Count != images.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"There are {a.Count} and {b.Count} scores for {images.Count} rows; expected one a row.");
        var gains = a.Zip(b, (x, y) => x - y).ToArray();
        var names = families.Distinct().ToList();
        var family = families.Select(name => names.IndexOf(name)).ToArray();
        return Of(images, drawn =>
        {
            var (sums, counts) = (new double[names.Count], new long[names.Count]);
            for (var row = 0; row < gains.Length; row++)
            {
                sums[family[row]] += drawn[row] * gains[row];
                counts[family[row]] += drawn[row];
            }
            return Enumerable.Range(0, names.Count).Where(f => counts[f] > 0).Average(f => sums[f] / counts[f]);
        }, resamples, seed);
    }

    /// <summary>The difference of any two figures.</summary>
    /// <param name="images">Each row's image.</param>
    /// <param name="difference">The difference, given how often each row was drawn.</param>
    /// <param name="resamples">How often the images are drawn.</param>
    /// <param name="seed">Which draws.</param>
    /// <exception cref="EosException">EOS1012: no rows. EOS1013: the number of resamples is not positive.</exception>
    public static BootstrapInterval Of(IReadOnlyList<int> images, Func<IReadOnlyList<int>, double> difference, int resamples = 2000,
        int seed = 1)
    {
        if (images.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, "There are no rows to compare on; expected at least one.");
        if (resamples < 1)
            throw new EosException(EosErrors.InvalidOption, $"{resamples} resamples were asked for; expected 1 or more.");
        var clusters = Enumerable.Range(0, images.Count).GroupBy(row => images[row]).Select(rows => rows.ToArray()).ToArray();
        var random = new Random(seed);
        var drawn = new int[images.Count];
        var differences = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            Array.Clear(drawn);
            for (var draw = 0; draw < clusters.Length; draw++)
                foreach (var row in clusters[random.Next(clusters.Length)])
                    drawn[row]++;
            differences[resample] = difference(drawn);
        }
        Array.Sort(differences);
        Array.Fill(drawn, 1);
        return new BootstrapInterval(difference(drawn), Percentile(differences, 0.025), Percentile(differences, 0.975));
    }

    private static int[] Groups(VqaDataset data) => ImageGroups.OfRows([.. data.Examples.Select(row => row.Images)]);

    // Between the two closest of the sorted values, in proportion.
    private static double Percentile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
