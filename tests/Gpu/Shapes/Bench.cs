using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace Gpu.Shapes;

/// <summary>Where something is measured, and on what shape.</summary>
internal sealed class Bench
{
    internal Bench(string device, Shape shape)
    {
        Device = OneGpu.Resolve(device);
        Shape = shape;
        // The reference numbers are those of plain float32, which a convolution on a GPU rounds away by default.
        Tf32.TurnOff(Device);
        if (shape == Shape.Tiny)
            set_num_threads(1); // more would only wait for each other
    }

    internal Device Device { get; }

    internal Shape Shape { get; }

    /// <summary>What speed is measured in.</summary>
    internal ScalarType DataType => ScalarType.BFloat16;

    internal bool IsGpu => Device.type == TorchSharp.DeviceType.CUDA;

    /// <summary>Waits until the device has done what it was told.</summary>
    internal void Synchronize()
    {
        if (IsGpu)
            cuda.synchronize(Device);
    }
}
