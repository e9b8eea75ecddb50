using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Images as a tensor.</summary>
public static class ImageTensors
{
    /// <summary>Makes the vision tower's input of images of any size, written straight into torch's memory.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images.</param>
    /// <returns>The images' values, (B, 3, H, W), float32 on the CPU.</returns>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd.</exception>
    public static Tensor ToTensor(this ClipImageProcessor processor, IReadOnlyList<RgbImage> images)
    {
        TorchRuntime.EnsureLoaded();
        var pixels = empty([images.Count, 3, processor.Height, processor.Width], ScalarType.Float32); // (B, 3, H, W)
        if (images.Count > 0)
            processor.Process(images, MemoryMarshal.Cast<byte, float>(pixels.bytes));
        return pixels;
    }
}
