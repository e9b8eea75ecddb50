using EosMLNet.LibTorch;
using EosMLNet.Tool.Tests;
using Gpu.Shapes;

namespace Gpu.Tests.Shapes;

public class AttentionOrderTests
{
    [LinuxFact]
    public void This_libtorch_tells_its_order_of_five_kernels()
    {
        TorchRuntime.EnsureLoaded();
        var order = AttentionOrder.Read()!;
        Assert.All(["flash", "memory-efficient", "math", "cuDNN", "overrideable"], kernel => Assert.Contains(kernel, order));
        Assert.EndsWith("; cuDNN's is allowed", order);
    }
}
