using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Tests.LibTorch;

public class TorchDeviceTests
{
    private static int Gpus => cuda.is_available() ? cuda.device_count() : 0;

    [Fact]
    public void The_processor_is_always_there() => Assert.Equal("cpu", TorchDevice.Resolve("cpu").ToString());

    [Fact]
    public void Auto_is_the_first_gpu_where_there_is_one() => Assert.Equal(Gpus > 0 ? "cuda:0" : "cpu", TorchDevice.Resolve("auto").ToString());

    [Fact]
    public void A_gpu_that_is_not_there_is_an_error()
    {
        var error = Assert.Throws<EosException>(() => TorchDevice.Resolve($"cuda:{Gpus}"));
        Assert.Equal(EosErrors.Device, error.Code);
        Assert.Contains($"cuda:{Gpus}", error.Message);
    }

    [Fact]
    public void A_gpu_that_is_not_there_falls_back_when_allowed() => Assert.Equal("cpu", TorchDevice.Resolve($"cuda:{Gpus}", fallbackToCpu: true).ToString());

    [Theory]
    [InlineData("gpu")]
    [InlineData("")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:one")]
    public void A_name_that_is_no_device_is_an_invalid_option(string name) =>
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => TorchDevice.Resolve(name, fallbackToCpu: true)).Code);
}
