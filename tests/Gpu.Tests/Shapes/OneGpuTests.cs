using Gpu.Shapes;

namespace Gpu.Tests.Shapes;

public class OneGpuTests
{
    [Theory]
    [InlineData("cpu", null, null)]
    [InlineData("cuda", null, null)]
    [InlineData("cuda:0", "3,4", null)] // is the first already
    [InlineData("cuda:1", null, "1")]
    [InlineData("cuda:1", "3,4", "4")]
    [InlineData("cuda:2", "3,4", "-1")] // there is no third: it must not see another
    [InlineData("cuda:1", "GPU-a, GPU-b", "GPU-b")]
    public void A_process_for_another_than_the_first_GPU_sees_that_one_alone(string device, string? visible, string? expected) =>
        Assert.Equal(expected, OneGpu.Variables(device, visible).GetValueOrDefault("CUDA_VISIBLE_DEVICES"));

    [Fact]
    public void A_device_is_what_it_is_in_a_process_that_was_not_narrowed() =>
        Expect.Error(EosErrors.Device, () => OneGpu.Resolve("cuda:77"), "'cuda:77'");
}
