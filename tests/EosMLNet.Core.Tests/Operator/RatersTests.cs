using EosMLNet.Operator;
using EosMLNet.Tests.Search;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class RatersTests
{
    private const int Rows = 3, Length = 6, Width = 4;

    // Rows with none, one or several images of two sizes, and instructions of different lengths, by loops.
    [Property(MaxTest = 60)]
    public void The_tokens_to_which_the_images_of_their_row_speak_more_than_the_mean_rate(int seed, bool spoken)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var text = Numbers.Normal(seed, Rows, Length, Width);
        bool[][] asked = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Length).Select(_ => random.Next(3) > 0).ToArray())];
        foreach (var row in asked)
            row[random.Next(Length)] = true;
        (Tensor Visual, Tensor Rows)[] images = !spoken ? [] :
        [
            (Numbers.Normal(seed + 1, 3, 2, Width), tensor(new long[] { 0, 2, 0 })),
            (Numbers.Normal(seed + 2, 2, 5, Width), tensor(new long[] { 2, 0 })),
        ];
        var found = Raters.Find(images, text, stack(asked.Select(row => tensor(row))));

        int[][] expected = [.. Enumerable.Range(0, Rows).Select(row => Expected(row))];
        var most = expected.Max(raters => raters.Length);
        Assert.Equal([Rows, most], found.Index.shape);
        for (var row = 0; row < Rows; row++)
        {
            var raters = expected[row];
            var padding = most - raters.Length;
            Assert.Equal([.. raters.Select(i => (long)i), .. Enumerable.Repeat(Length - 1L, padding)], found.Index[row].data<long>());
            Assert.Equal([.. raters.Select(_ => 1.0 / raters.Length), .. new double[padding]], Sample.Flat(found.Weight[row]),
                (p, q) => Math.Abs(p - q) < 1e-12);
        }

        int[] Expected(int row)
        {
            int[] instruction = [.. Enumerable.Range(0, Length).Where(i => asked[row][i])];
            var relevance = new double[instruction.Length];
            foreach (var (visual, rows) in images)
            {
                foreach (var image in Enumerable.Range(0, (int)rows.size(0)).Where(image => rows[image].item<long>() == row))
                {
                    var patches = Sample.Flat(visual[image]).Chunk(Width).ToArray();
                    foreach (var patch in patches)
                    {
                        var share = PlainOperator.Softmax(instruction.Select(i => PlainOperator.Dot(Sample.Flat(text[row, i]), patch)));
                        for (var i = 0; i < share.Length; i++)
                            relevance[i] += share[i] / patches.Length;
                    }
                }
            }
            int[] above = [.. instruction.Where((_, i) => relevance[i] > relevance.Average() + 1e-12)];
            return above.Length > 0 ? above : instruction;
        }
    }
}
