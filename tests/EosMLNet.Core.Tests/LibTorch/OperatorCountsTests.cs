using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.LibTorch;

/// <summary>What is counted is what was asked of libtorch.</summary>
public sealed class OperatorCountsTests
{
    private static readonly Tensor X = ones(4, 4).DetachFromDisposeScope();

    public static TheoryData<string, Action, int, int> Operators => new()
    {
        { "cpu()", () => X.cpu(), 0, 1 },
        { "another type", () => X.to(ScalarType.BFloat16), 1, 0 },
        { "the same type", () => X.to(ScalarType.Float32), 0, 0 },
        { "views", () => _ = X.view(2, 8).transpose(0, 1).unsqueeze(0).narrow(1, 0, 2).expand(3, -1, -1).squeeze(0).alias()[0], 0, 0 },
        { "a copy that a reshape needs", () => X.t().reshape(16), 1, 0 },
        { "a product", () => X.matmul(X), 1, 0 },
        { "a linear layer", () => nn.functional.linear(X, X), 1, 0 },
        { "mean", () => X.mean([-1L], keepdim: true), 1, 0 },
        { "softmax", () => X.softmax(-1), 1, 0 },
        { "numbers", () => X.Mul(2).Add(1).Div(3), 3, 0 },
        { "a stable sort", () => X.sort(-1, descending: true, stable: true), 1, 0 },
        { "what a mask selects", () => X.masked_select(X.Gt(0)), 1, 1 },
        { "places of ones", () => X.nonzero(), 0, 1 },
        { "a mask as an index", () => _ = X[X.Gt(0)], 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void Kernels_and_reads_are_counted(string name, Action action, int kernels, int reads)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        Assert.Equal(16, X.numel()); // it is made before anything is counted
        var found = OperatorCounts.Of(action);
        Assert.True((found.KernelCount, found.Reads) == (kernels, reads), $"{name}: {found}");
    }

    [Fact]
    public void The_backward_pass_counts_too()
    {
        using var scope = NewDisposeScope();
        var y = ones(4, requires_grad: true);
        Tensor? sum = null;
        var forward = OperatorCounts.Of(() => sum = y.mul(y).sum());
        var backward = OperatorCounts.Of(() => sum!.backward());
        Assert.Equal(("1 mul, 1 sum", 2), ($"{string.Join(", ", forward.Kernels.Select(one => $"{one.Value} {one.Key}"))}", backward.Kernels["mul"]));
    }

    [Fact]
    public void Other_threads_are_not_counted_and_nothing_is_counted_afterwards()
    {
        using var scope = NewDisposeScope();
        var found = OperatorCounts.Of(() =>
        {
            var other = new Thread(() => X.Add(1).Dispose());
            other.Start();
            other.Join();
            X.Mul(2);
        });
        X.Mul(2);
        Assert.Equal(["mul"], found.Kernels.Keys);
    }
}
