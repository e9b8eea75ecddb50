using EosMLNet.Models;
using EosMLNet.Onnx;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Onnx;

/// <summary>Prompts with their images, for both engines.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Prompts">Token ids of each row; an image has a token for each of its visual tokens.</param>
/// <param name="Generated">What transformers generated behind each row; empty where that is not known.</param>
/// <param name="Images">The images in order of appearance.</param>
/// <param name="Pixels">Their pixels, one image behind the other.</param>
/// <param name="PixelShape">The shape of those.</param>
internal sealed record GoldenCase(string Name, IReadOnlyList<int[]> Prompts, int[][] Generated, IReadOnlyList<ImageShape> Images, float[] Pixels, long[] PixelShape)
{
    /// <summary>Takes a case from torch's input; null without images.</summary>
    internal static GoldenCase Of(string name, IReadOnlyList<int[]> prompts, int[][] generated, VisionInput? images) => new(name, prompts, generated,
        images?.Images ?? [], images?.PixelValues.to(ScalarType.Float32).contiguous().data<float>().ToArray() ?? [], images?.PixelValues.shape ?? []);

    /// <summary>Torch's input, in the caller's dispose scope; null without images.</summary>
    internal VisionInput? Input => Images.Count == 0 ? null : new(tensor(Pixels, PixelShape), Images);

    /// <summary>Torch's input of one image, in the caller's dispose scope.</summary>
    internal VisionInput InputOf(int image) =>
        new(tensor(Pixels, PixelShape).narrow(0, Images.Take(image).Sum(before => before.Parts), Images[image].Parts), [Images[image]]);

    /// <summary>The rows with their images, as ONNX Runtime's engine takes them.</summary>
    internal (int[] Prompt, IReadOnlyList<EncodedImage> Images)[] Rows(OnnxModel onnx)
    {
        var (images, next) = (onnx.Encode(Images, Pixels, default), 0);
        return [.. Prompts.Select(prompt =>
        {
            var own = new List<EncodedImage>();
            for (var left = prompt.Count(onnx.VisualTokenIds.Contains); left > 0; left -= images[next++].Layout.Count)
                own.Add(images[next]);
            return (prompt, (IReadOnlyList<EncodedImage>)own);
        })];
    }
}
