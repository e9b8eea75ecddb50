using System.Runtime.InteropServices;
using EosMLNet.LibTorch;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Images as tensors.</summary>
public static class ImageTensors
{
    private const long MostValues = int.MaxValue / sizeof(float); // a span over a tensor's memory counts bytes

    /// <summary>Makes an encoder's input of images of any size, written straight into torch's memory.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images.</param>
    /// <param name="imagesInPrompt">How many images the prompt has that each of them is in.</param>
    /// <returns>The images' values, float32 on the CPU, and their shapes.</returns>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd. EOS1015: there are
    /// more images than fit into one tensor.</exception>
    public static VisionInput ToInput(this ImageProcessor processor, IReadOnlyList<Visual> images, int imagesInPrompt = 1) =>
        processor.ToInput([.. images.Select(image => (image, imagesInPrompt))]);

    /// <summary>The same of images of different prompts.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images, and how many the prompt has that each is in.</param>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd. EOS1015: there are
    /// more images than fit into one tensor.</exception>
    internal static VisionInput ToInput(this ImageProcessor processor, IReadOnlyList<(Visual Image, int InPrompt)> images)
    {
        TorchRuntime.EnsureLoaded();
        ImageShape[] shapes = [.. images.Select(image => processor.ShapeOf(image.Image, image.InPrompt))];
        var parts = shapes.Sum(shape => (long)shape.Parts);
        if (parts * processor.ValuesPerPart > MostValues)
        {
            throw new EosException(EosErrors.ModelInput,
                $"{images.Count} images at once become {parts} parts of {processor.ValuesPerPart} numbers each; at most " +
                $"{MostValues / processor.ValuesPerPart} parts can be held. Take fewer images at once, or smaller ones.");
        }
        var pixels = empty([parts, .. processor.PartShape], ScalarType.Float32); // (parts, 3, H, W), or (parts, d) of patches
        var at = 0;
        for (var i = 0; i < images.Count; i++)
        {
            var length = shapes[i].Parts * processor.ValuesPerPart;
            images[i].Image.Write(processor, images[i].InPrompt, MemoryMarshal.Cast<byte, float>(pixels.bytes).Slice(at, length));
            at += length;
        }
        return new VisionInput(pixels, shapes);
    }

    /// <summary>The same for images of one part each.</summary>
    /// <param name="processor">The checkpoint's image processor.</param>
    /// <param name="images">The images.</param>
    /// <returns>The images' values, (I, 3, H, W), float32 on the CPU; patches of patch processors, (P, d).</returns>
    public static Tensor ToTensor(this ImageProcessor processor, IReadOnlyList<RgbImage> images) => processor.ToInput(images).PixelValues;
}
