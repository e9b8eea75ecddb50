using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace Gpu.Shapes;

/// <summary>
/// A process that sees one GPU, the first. TorchSharp cannot make another one current, so that memory, and whatever else is asked without a device, would be the first GPU's
/// where <c>cuda:1</c> was meant: the sections' processes are started with CUDA_VISIBLE_DEVICES instead.
/// </summary>
internal static class OneGpu
{
    private const string Visible = "CUDA_VISIBLE_DEVICES", Narrowed = "EOS_GPU_NARROWED";

    /// <summary>The variables with which a child process sees nothing but this device.</summary>
    /// <param name="device"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>, as this process counts.</param>
    /// <param name="visible">This process's CUDA_VISIBLE_DEVICES.</param>
    internal static IReadOnlyDictionary<string, string> Variables(string device, string? visible)
    {
        if (!device.StartsWith("cuda:", StringComparison.Ordinal) || !int.TryParse(device.AsSpan(5), out var index) || index == 0)
            return new Dictionary<string, string>();
        var all = visible?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new Dictionary<string, string> { [Visible] = all is null ? $"{index}" : index < all.Length ? all[index] : "-1", [Narrowed] = device };
    }

    /// <summary>The device, which in a narrowed process is the first.</summary>
    /// <exception cref="EosException">EOS2002: it is not there.</exception>
    internal static Device Resolve(string device)
    {
        if (Environment.GetEnvironmentVariable(Narrowed) != device)
            return TorchDevice.Resolve(device);
        try
        {
            return TorchDevice.Resolve("cuda:0");
        }
        catch (EosException e) when (e.Code == EosErrors.Device)
        {
            throw new EosException(EosErrors.Device, $"The device '{device}' was asked for, but libtorch sees none of that number. `eos doctor` tells more.", e);
        }
    }
}
