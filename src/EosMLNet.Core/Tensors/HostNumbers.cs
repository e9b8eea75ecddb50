using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Numbers of the host on their way to a device.</summary>
internal static class HostNumbers
{
    /// <summary>
    /// The same numbers on a device. The host does not wait until a GPU has come to take them: they are put where the GPU reads by itself,
    /// and libtorch keeps that place until it has.
    /// </summary>
    /// <param name="numbers">On the CPU.</param>
    /// <param name="device">Where they are wanted. On the CPU they are as they are.</param>
    internal static Tensor Upload(this Tensor numbers, Device device) => device.type switch
    {
        DeviceType.CPU => numbers,
        DeviceType.CUDA => numbers.pin_memory().to(device, non_blocking: true),
        _ => numbers.to(device),
    };
}
