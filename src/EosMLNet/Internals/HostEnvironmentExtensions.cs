using Microsoft.ML.Runtime;
using TorchSharp;

namespace EosMLNet.Internals;

/// <summary>What an <c>MLContext</c> carries for its components: seed and device.</summary>
internal static class HostEnvironmentExtensions
{
    /// <summary>The seed given to the <c>MLContext</c>, or 1: a search without a seed is still repeatable.</summary>
    public static int SeedOrDefault(this IHostEnvironment env) => ((IHostEnvironmentInternal)env).Seed ?? 1;

    /// <summary>
    /// The device that <c>MLContext.GpuDeviceId</c> and <c>MLContext.FallbackToCpu</c> ask for; the CPU where no GPU is asked for.
    /// </summary>
    /// <exception cref="EosException">EOS2002: that GPU is not there, and falling back to the CPU is not allowed.</exception>
    public static torch.Device TorchDevice(this IHostEnvironment env)
    {
        var settings = (IHostEnvironmentInternal)env;
        if (settings.GpuDeviceId is not { } id)
            return torch.CPU;
        var found = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (id >= 0 && id < found)
            return torch.device(DeviceType.CUDA, id);
        if (settings.FallbackToCpu)
            return torch.CPU;
        throw new EosException(EosErrors.Device,
            $"MLContext.GpuDeviceId asks for GPU {id}, but libtorch sees {found} CUDA device(s), and MLContext.FallbackToCpu is false. " +
            "Set FallbackToCpu to true, name a device that exists, or point EOS_LIBTORCH at a libtorch with CUDA; `eos doctor` " +
            "tells more.");
    }
}
