using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class CheckpointTensorsTests
{
    [Fact]
    public void Shards_hold_the_single_files_weights_rounded_to_bfloat16()
    {
        using var scope = NewDisposeScope();
        using var single = Checkpoint.Open(GoldenFiles.TinyLlava);
        using var sharded = Checkpoint.Open(GoldenFiles.TinyLlavaSharded);
        Assert.Equal(98, single.Names.Count);
        Assert.Equal(single.Names.Order(), sharded.Names.Order());
        Assert.Equal(SafetensorsType.Float32, single.StoredType);
        Assert.Equal(SafetensorsType.BFloat16, sharded.StoredType);
        foreach (var name in single.Names)
        {
            long[] shape = [.. single.ShapeOf(name)];
            var exact = single.Read(name, shape, ScalarType.Float32, CPU);
            Assert.NotEqual(0, exact.abs().sum().item<float>());
            Assert.True(exact.bfloat16().equal(sharded.Read(name, shape, ScalarType.BFloat16, CPU)).all().item<bool>(), name);
        }
    }
}
