using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class LearnedScoresTests
{
    [Fact]
    public void A_bilinear_form_has_a_row_for_each_rank()
    {
        using var scope = NewDisposeScope();
        var form = new TextRelevance(2, [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]);
        var learned = LearnedScores.Of(new() { Relevance = form }, ScalarType.Float64, CPU);
        foreach (var (numbers, matrix) in new[] { (form.Visual, learned.RelevanceVisual!), (form.Text, learned.RelevanceText!) })
        {
            Assert.Equal([2, 3], matrix.shape);
            Assert.Equal(numbers.Select(v => (double)v), Sample.Flat(matrix));
        }
        Assert.Null(learned.Probe);
    }

    // Managed arrays begin at any multiple of 8 bytes, and the last bits of products depend on it.
    [Fact]
    public void Numbers_of_products_begin_at_a_multiple_of_64_bytes_wherever_their_array_begins()
    {
        using var scope = NewDisposeScope();
        var arrays = Enumerable.Range(1, 16).Select(length => (Before: new float[length], Numbers: new float[40])).ToArray();
        Assert.All(arrays, array =>
        {
            array.Numbers[0] = 0.25f;
            var learned = LearnedScores.Of(new() { Probe = array.Numbers }, ScalarType.Float32, CPU).Probe!;
            Assert.Equal(0, Address(learned) % 64);
            Assert.Equal(array.Numbers, learned.data<float>());
        });
        Assert.Contains(arrays, array => Address(tensor(array.Numbers)) % 64 != 0);

        static unsafe nint Address(Tensor numbers) => (nint)OneDnn.NumbersOf(numbers);
    }
}
