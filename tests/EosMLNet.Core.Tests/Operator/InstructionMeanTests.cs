using EosMLNet.Operator;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class InstructionMeanTests
{
    private const int Length = 6, Width = 4;

    [Theory]
    [InlineData(0, 6)]
    [InlineData(2, 3)]
    [InlineData(5, 1)]
    public void It_is_the_mean_of_the_tokens_that_ask_each_of_length_one_whatever_stands_around_them(int first, int count)
    {
        using var scope = NewDisposeScope();
        var embeddings = Numbers.Normal(1, 2, Length, Width);
        bool[] asks = [.. Enumerable.Range(0, Length).Select(i => i >= first && i < first + count)];
        var found = InstructionMean.Of(embeddings, stack([tensor(asks), ones(Length, ScalarType.Bool)]));
        AssertMean(embeddings[0].narrow(0, first, count), found[0]);
        AssertMean(embeddings[1], found[1]); // a row of another length beside it
    }

    [Fact]
    public void The_mean_of_embeddings_of_half_precision_is_taken_in_float32()
    {
        using var scope = NewDisposeScope();
        var embeddings = Numbers.Normal(2, 1, Length, Width).to_type(ScalarType.BFloat16);
        var found = InstructionMean.Of(embeddings, ones(1, Length, ScalarType.Bool));
        Assert.Equal(ScalarType.Float32, found.dtype);
        AssertMean(embeddings[0], found[0], 1e-6);
    }

    private static void AssertMean(Tensor tokens, Tensor found, double tolerance = 1e-12)
    {
        double[][] unit = [.. Sample.Flat(tokens).Chunk(Width)
            .Select(x => x.Select(v => v / Math.Sqrt(PlainOperator.Dot(x, x))).ToArray())];
        Assert.Equal(Enumerable.Range(0, Width).Select(f => unit.Average(x => x[f])), Sample.Flat(found),
            (p, q) => Math.Abs(p - q) < tolerance);
    }
}
