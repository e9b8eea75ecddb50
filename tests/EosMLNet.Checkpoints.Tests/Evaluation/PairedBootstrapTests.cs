using EosMLNet.Evaluation;

namespace EosMLNet.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void The_interval_is_that_of_all_draws_there_are()
    {
        // Four images with 3, 2, 1 and 2 rows can be drawn in 4⁴ ways; here they are all counted out, row by row.
        int[] images = [0, 0, 0, 1, 1, 2, 3, 3];
        string[] families = ["a", "b", "a", "b", "b", "a", "a", "b"];
        double[] a = [1, 0.5, 0, 1, 0.3, 0.9, 0.2, 0], b = [0.4, 0.5, 0.6, 0, 1, 0.1, 0, 0.7];
        var all = new List<double>();
        for (var draw = 0; draw < 256; draw++)
        {
            var rows = new[] { draw & 3, (draw >> 2) & 3, (draw >> 4) & 3, draw >> 6 }.SelectMany(image => Enumerable.Range(0, 8).Where(row => images[row] == image));
            all.Add(rows.GroupBy(row => families[row]).Average(family => family.Average(row => a[row]) - family.Average(row => b[row])));
        }
        all.Sort();
        var interval = PairedBootstrap.FamilyAverage(Rows(images, families), a, b, resamples: 40_000);
        Assert.Equal((0.525 - 0.275 + 0.45 - 0.55) / 2, interval.Difference, 12);
        Assert.Equal(all[6], interval.Low, 0.015);
        Assert.Equal(all[249], interval.High, 0.015);
    }

    [Fact]
    public void Many_independent_rows_give_the_normal_interval()
    {
        var random = new Random(3);
        var gains = Enumerable.Range(0, 3000).Select(_ => random.NextDouble() < 0.3 ? 1.0 : random.NextDouble() < 0.2 ? -1.0 : 0).ToArray();
        double mean = gains.Average(), deviation = Math.Sqrt(gains.Average(g => (g - mean) * (g - mean)));
        var interval = PairedBootstrap.Accuracy(Rows([.. Enumerable.Range(0, gains.Length)]), gains, new double[gains.Length]);
        var half = 1.96 * deviation / Math.Sqrt(gains.Length);
        Assert.Equal(mean, interval.Difference, 12);
        Assert.Equal(mean - half, interval.Low, 0.1 * half);
        Assert.Equal(mean + half, interval.High, 0.1 * half);
    }

    [Fact]
    public void More_rows_about_the_same_images_are_no_more_evidence()
    {
        double[] a = [1, 0, 1, 1, 0, 0, 1, 1], b = [0, 0, 1, 0, 1, 0, 0, 1];
        var once = PairedBootstrap.Accuracy(Rows([.. Enumerable.Range(0, 8)]), a, b);
        int[] tenfold = [.. Enumerable.Range(0, 80)];
        var sameImages = PairedBootstrap.Accuracy(Rows([.. tenfold.Select(row => row % 8)]), [.. tenfold.Select(row => a[row % 8])], [.. tenfold.Select(row => b[row % 8])]);
        var otherImages = PairedBootstrap.Accuracy(Rows(tenfold), [.. tenfold.Select(row => a[row % 8])], [.. tenfold.Select(row => b[row % 8])]);
        Assert.Equal(once, sameImages);
        Assert.Equal(once.Difference, otherImages.Difference, 12);
        Assert.True(otherImages.High - otherImages.Low < 0.5 * (once.High - once.Low));
    }

    [Fact]
    public void Families_count_alike_in_one_figure_and_rows_in_the_other()
    {
        double[] a = [1, 1, 1, 0], b = [0, 0, 0, 0];
        var rows = Rows([0, 1, 2, 3], ["many", "many", "many", "one"]);
        Assert.Equal(0.75, PairedBootstrap.Accuracy(rows, a, b).Difference);
        Assert.Equal(0.5, PairedBootstrap.FamilyAverage(rows, a, b).Difference);
    }

    [Fact]
    public void Equal_plans_differ_by_nothing_and_a_constant_gain_is_certain()
    {
        var rows = Rows([0, 0, 1, 2]);
        Assert.Equal(default, PairedBootstrap.Accuracy(rows, [1, 0, 1, 0], [1, 0, 1, 0]));
        Assert.Equal(new BootstrapInterval(0.25, 0.25, 0.25), PairedBootstrap.Accuracy(rows, [1, 0.25, 0.5, 0.75], [0.75, 0, 0.25, 0.5]));
    }

    [Fact]
    public void The_seed_decides_and_nothing_else()
    {
        var random = new Random(1);
        var rows = Rows([.. Enumerable.Range(0, 50).Select(row => row / 2)]);
        double[] a = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())], b = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())];
        Assert.Equal(PairedBootstrap.Accuracy(rows, a, b, seed: 5), PairedBootstrap.Accuracy(rows, a, b, seed: 5));
        Assert.NotEqual(PairedBootstrap.Accuracy(rows, a, b, seed: 5), PairedBootstrap.Accuracy(rows, a, b, seed: 6));
    }

    [Fact]
    public void Wrong_input_is_a_fault()
    {
        var rows = Rows([0, 1]);
        Expect.Error(EosErrors.InvalidOption, () => PairedBootstrap.Accuracy(rows, [1], [1, 0]), "1 and 2 scores for 2 rows");
        Expect.Error(EosErrors.InvalidOption, () => PairedBootstrap.FamilyAverage(rows, [1, 1], [1, 0], resamples: 0), "0 resamples");
        Expect.Error(EosErrors.EmptyDataset, () => PairedBootstrap.Of([], _ => 0));
    }

    // The differences of the draws are 0, 1, 4, 9 and so on. Of five the bounds lie at 0.1 and 3.9, of 41 at 1 and 39.
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(5, 0.1, 15.3)]
    [InlineData(41, 1, 1521)]
    public void Bounds_lie_between_the_closest_draws_in_proportion(int resamples, double low, double high)
    {
        var draw = 0;
        var interval = PairedBootstrap.Of([7], drawn => draw < resamples ? draw * draw++ : -1, resamples);
        Assert.Equal(-1, interval.Difference);
        Assert.Equal(low, interval.Low, 1e-9);
        Assert.Equal(high, interval.High, 1e-9);
    }

    [Fact]
    public void What_there_is_too_little_of_is_said()
    {
        Expect.Error(EosErrors.EmptyDataset, () => PairedBootstrap.Of([], _ => 0),
            "EOS1012: There are no rows to compare on; expected at least one.");
        Expect.Error(EosErrors.InvalidOption, () => PairedBootstrap.Of([1], _ => 0, 0),
            "EOS1013: 0 resamples were asked for; expected 1 or more.");
    }

    private static VqaDataset Rows(int[] images, string[]? families = null)
    {
        var made = images.Distinct().ToDictionary(p => p, p => new RgbImage(1, 1, [(byte)p, (byte)(p >> 8), 0]));
        var builder = new VqaDataset.Builder();
        for (var row = 0; row < images.Length; row++)
            builder.Add(made[images[row]], "?", "!", families?[row] ?? "");
        return builder.Build();
    }
}
