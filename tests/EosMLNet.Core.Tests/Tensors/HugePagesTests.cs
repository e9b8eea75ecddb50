using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class HugePagesTests
{
    [Theory]
    [InlineData(0, ScalarType.Float32)]
    [InlineData(1, ScalarType.BFloat16)]
    [InlineData(3_000_001, ScalarType.Float32)]
    [InlineData(3_000_001, ScalarType.Byte)]
    public void Memory_begins_at_a_border_and_is_all_there(long count, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var memory = HugePages.Empty(count, type);

        Assert.Equal([count], memory.shape);
        Assert.Equal(type, memory.dtype);
        Assert.Equal(0, Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(memory.bytes)) % (2 << 20));
        Assert.Equal(count, memory.fill_(Scalars.Literal(1)).sum(ScalarType.Float64).item<double>());
    }
}
