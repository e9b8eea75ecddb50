using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.LibTorch;

/// <summary>Turns the name of a device into one that is there.</summary>
public static class TorchDevice
{
    /// <summary>Finds a device by name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first GPU), <c>cuda:1</c>, or <c>auto</c>: the first GPU where there is one, else
    /// the CPU.</param>
    /// <param name="fallbackToCpu">Whether a GPU that is not there is replaced by the CPU, silently.</param>
    /// <exception cref="EosException">EOS1013: the name is none of these. EOS2002: the GPU is not there.</exception>
    public static Device Resolve(string name, bool fallbackToCpu = false)
    {
        TorchRuntime.EnsureLoaded();
        var gpus = cuda.is_available() ? cuda.device_count() : 0;
        var gpu = name switch
        {
            "cpu" => -1,
            "auto" => gpus > 0 ? 0 : -1,
            "cuda" => 0,
            _ when name.StartsWith("cuda:", StringComparison.Ordinal) && ushort.TryParse(name.AsSpan(5), out var index) => index,
            _ => throw new EosException(EosErrors.InvalidOption, $"There is no device '{name}'. Expected auto, cpu, cuda or cuda:N."),
        };
        if (gpu >= gpus && !fallbackToCpu)
            throw new EosException(EosErrors.Device,
                $"The device '{name}' was asked for, but the loaded libtorch sees {gpus} CUDA devices. " +
                $"Use auto or cpu, or name a CUDA libtorch in {TorchRuntime.LibTorchVariable}; `eos doctor` tells more.");
        return gpu < 0 || gpu >= gpus ? CPU : new Device(DeviceType.CUDA, gpu);
    }
}
