using EosMLNet.Models;
using EosMLNet.Onnx;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>Prompts with their images, for both engines.</summary>
/// <param name="Prompts">Token ids of each row.</param>
/// <param name="ImagesOfRows">How many images each row has.</param>
/// <param name="Generated">What transformers generated behind each row; empty where that is not known.</param>
/// <param name="Images">The images, row by row.</param>
/// <param name="Pixels">Their pixels, one image behind the other.</param>
/// <param name="PixelShape">The shape of one of their parts; empty without images.</param>
internal sealed record GoldenCase(IReadOnlyList<int[]> Prompts, IReadOnlyList<int> ImagesOfRows, IReadOnlyList<int[]> Generated, IReadOnlyList<ImageShape> Images,
    float[] Pixels, long[] PixelShape)
{
    /// <summary>Takes the images from torch's input; null for none.</summary>
    internal static GoldenCase Of(IReadOnlyList<int[]> prompts, IReadOnlyList<int> imagesOfRows, IReadOnlyList<int[]> generated, VisionInput? images) => new(
        prompts, imagesOfRows, generated, images?.Images ?? [],
        images?.PixelValues.to(ScalarType.Float32).contiguous().data<float>().ToArray() ?? [], images?.PixelValues.shape[1..] ?? []);

    /// <summary>The rows of all of them.</summary>
    internal static GoldenCase Together(IReadOnlyList<GoldenCase> cases) => new(
        [.. cases.SelectMany(one => one.Prompts)], [.. cases.SelectMany(one => one.ImagesOfRows)], [.. cases.SelectMany(one => one.Generated)],
        [.. cases.SelectMany(one => one.Images)], [.. cases.SelectMany(one => one.Pixels)], cases.First(one => one.Images.Count > 0).PixelShape);

    /// <summary>Torch's input of all images, in the caller's dispose scope; null without any.</summary>
    internal VisionInput? Input => Images.Count == 0 ? null : new(tensor(Pixels, [Images.Sum(image => (long)image.Parts), .. PixelShape]), Images);

    /// <summary>Torch's input of one image, in the caller's dispose scope.</summary>
    internal VisionInput InputOf(int image) =>
        new(Input!.PixelValues.narrow(0, Images.Take(image).Sum(before => before.Parts), Images[image].Parts), [Images[image]]);

    /// <summary>The rows with their images, as ONNX Runtime's engine takes them.</summary>
    internal (int[] Prompt, IReadOnlyList<EncodedImage> Images)[] Rows(OnnxModel onnx)
    {
        var (images, next) = (onnx.Encode(Images, Pixels, default), 0);
        return [.. Prompts.Zip(ImagesOfRows, (prompt, count) => (prompt, (IReadOnlyList<EncodedImage>)[.. images.Take(next..(next += count))]))];
    }
}
