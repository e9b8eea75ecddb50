using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Images as tensors.</summary>
public static class ImageTensors
{
    /// <summary>Makes an encoder's input of images of any size, written straight into torch's memory.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images.</param>
    /// <param name="imagesInPrompt">How many images the prompt has that each of them is in.</param>
    /// <returns>The images' values, float32 on the CPU, and their shapes.</returns>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd.</exception>
    public static VisionInput ToInput(this ImageProcessor processor, IReadOnlyList<RgbImage> images, int imagesInPrompt = 1)
    {
        TorchRuntime.EnsureLoaded();
        ImageShape[] shapes = [.. images.Select(image => new ImageShape(
            processor.Parts(new ImageSize(image.Height, image.Width), imagesInPrompt), image.Height, image.Width))];
        // (parts, 3, H, W)
        var pixels = empty([shapes.Sum(shape => shape.Parts), 3, processor.Height, processor.Width], ScalarType.Float32);
        var at = 0;
        for (var i = 0; i < images.Count; i++)
        {
            var length = shapes[i].Parts * processor.ValuesPerPart;
            processor.Write(images[i], imagesInPrompt, MemoryMarshal.Cast<byte, float>(pixels.bytes).Slice(at, length));
            at += length;
        }
        return new VisionInput(pixels, shapes);
    }

    /// <summary>The same for images of one part each.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images.</param>
    /// <returns>The images' values, (I, 3, H, W), float32 on the CPU.</returns>
    public static Tensor ToTensor(this ImageProcessor processor, IReadOnlyList<RgbImage> images) => processor.ToInput(images).PixelValues;
}
