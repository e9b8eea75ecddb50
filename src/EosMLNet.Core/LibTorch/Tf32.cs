using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.LibTorch;

/// <summary>
/// TF32, with which a GPU rounds float32 to 10 bits in matrix products and convolutions. libtorch has it on for cuDNN unless told
/// otherwise.
/// </summary>
internal static class Tf32
{
    /// <summary>Turns it off where it would be used: who asks for float32 gets float32.</summary>
    internal static void TurnOff(Device device)
    {
        if (device.type == DeviceType.CUDA)
            TurnOff();
    }

    /// <summary>Turns it off for the whole process.</summary>
    internal static void TurnOff()
    {
        backends.cudnn.allow_tf32 = false;
        backends.cuda.matmul.allow_tf32 = false;
    }
}
