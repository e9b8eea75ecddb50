using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class RowChunksTests : IDisposable
{
    private const int Rows = 5, Length = 131, Width = 6;
    private const int Wide = 20_000; // numbers a token: 52 MB of all
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly List<string> shapes = [];

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Chunks_give_what_all_tokens_at_once_give()
    {
        using var unrecorded = no_grad();
        Tensor[] inputs = [randn(Rows, Length, Width), randn(Rows, Length, 2)];

        var found = RowChunks.OfTokens(inputs, Wide, Work);

        Assert.Equal(["1 256 6", "1 256 6", "1 143 6"], shapes);
        foreach (var (expected, result) in Work(inputs).Zip(found))
            Assert.True(result.allclose(expected, 0, 0) && result.shape.SequenceEqual(expected.shape));
    }

    [Fact]
    public void A_batch_is_taken_row_by_row()
    {
        using var unrecorded = no_grad();
        Tensor[] inputs = [randn(Rows, Length, Width), randn(Rows, Length, 2)];

        var found = RowChunks.OfBatch(inputs, Length * Wide, Work);

        Assert.Equal(Enumerable.Repeat("1 131 6", Rows), shapes);
        foreach (var (expected, result) in Work(inputs).Zip(found))
            Assert.True(result.allclose(expected, 0, 0));
    }

    [Theory]
    [InlineData(false, Wide / 2)]
    [InlineData(true, Wide)]
    public void Small_inputs_and_those_with_gradients_are_left_as_they_are(bool recorded, int width)
    {
        using var gradients = set_grad_enabled(recorded);
        Tensor[] inputs = [randn(Rows, Length, Width), randn(Rows, Length, 2)];

        RowChunks.OfTokens(inputs, width, Work);
        RowChunks.OfBatch(inputs, Length * width, Work);

        Assert.Equal(Enumerable.Repeat("5 131 6", 2), shapes);
    }

    [Fact]
    public void Nothing_is_left_but_the_results()
    {
        using var unrecorded = no_grad();
        Tensor[] inputs = [randn(Rows, Length, Width), randn(Rows, Length, 2)];
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Tensor[] results = [.. RowChunks.OfTokens(inputs, Wide, Work), .. RowChunks.OfBatch(inputs, Length * Wide, Work)];

        Assert.Equal(before + results.Length, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    // As norms and heads: (b, t, 6) and (b, t, 2) to (b, t, 6) and (b, 3, t, 2).
    private Tensor[] Work(Tensor[] x)
    {
        shapes.Add(string.Join(' ', x[0].shape));
        using var inner = NewDisposeScope();
        var heads = x[0].view(x[0].shape[0], -1, 3, 2).transpose(1, 2);
        return [x[0].mul(x[1].sum(-1, keepdim: true)).MoveToOuterDisposeScope(), heads.mul(x[1].unsqueeze(1)).MoveToOuterDisposeScope()];
    }
}
