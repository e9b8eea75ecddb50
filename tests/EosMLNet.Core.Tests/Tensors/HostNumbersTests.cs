using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class HostNumbersTests
{
    [Fact]
    public void Numbers_for_the_CPU_are_not_copied()
    {
        using var scope = NewDisposeScope();
        var numbers = tensor(new[] { 1L, 2 });
        Assert.Same(numbers, numbers.Upload(CPU));
    }
}
