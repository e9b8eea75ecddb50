using System.Security.Cryptography;
using System.Text;
using EosMLNet;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;
using SkiaSharp;

namespace ScenesVqa;

/// <summary>Writes images (PNG) and one TSV a split: <c>ImagePath, Question, Answer, Family</c>. The splits never share an image.</summary>
public static class DatasetWriter
{
    /// <summary>Scenes of one seed whose images all differ, without end; each with its questions.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="sizes">Sizes that take turns; null for the usual one.</param>
    public static IEnumerable<(Scene Scene, List<SceneQuestion> Questions)> Distinct(int seed, IReadOnlyList<ImageSize>? sizes = null)
    {
        var stream = new SceneStream(seed, sizes);
        var seen = new HashSet<string>();
        for (var index = 0L; ; index++)
        {
            var scene = stream.Draw(index);
            if (seen.Add(Convert.ToHexString(SHA256.HashData(scene.Pixels))))
                yield return (scene, QuestionWriter.Ask(scene, stream.Questions(index)));
        }
    }

    /// <summary>Writes <c>train.tsv</c>, <c>validation.tsv</c>, <c>test.tsv</c> with this many images each, and <c>images/*.png</c> beside them.</summary>
    /// <exception cref="EosException">EOS2003: the folder cannot be written.</exception>
    public static void Write(string folder, int seed, int train, int validation, int test, IReadOnlyList<ImageSize>? sizes = null)
    {
        var images = Distinct(seed, sizes).Select(drawn => (EncodePng(drawn.Scene), drawn.Questions));
        using var drawn = images.GetEnumerator();
        foreach (var (split, count) in new[] { ("train", train), ("validation", validation), ("test", test) })
            WriteSplit(folder, split, count, drawn);
    }

    /// <summary>Writes one split: a TSV and its images.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="split">The split's name.</param>
    /// <param name="count">How many images it gets.</param>
    /// <param name="images">PNG files' bytes, with what is asked about each.</param>
    /// <exception cref="EosException">EOS2003: the folder cannot be written.</exception>
    public static void WriteSplit(string folder, string split, int count, IEnumerator<(byte[] Png, List<SceneQuestion> Questions)> images)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "images"));
            var lines = new StringBuilder("ImagePath\tQuestion\tAnswer\tFamily\n");
            for (var i = 0; i < count && images.MoveNext(); i++)
            {
                var name = $"{split}-{i:d5}.png";
                File.WriteAllBytes(Path.Combine(folder, "images", name), images.Current.Png);
                foreach (var question in images.Current.Questions)
                    lines.Append($"{name}\t{question.Text}\t{question.Answer}\t{question.Family}\n");
            }
            File.WriteAllText(Path.Combine(folder, $"{split}.tsv"), lines.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite, $"'{folder}' could not be written: {e.Message} Name a folder that this user may write.", e);
        }
    }

    /// <summary>The scene's image as a PNG file's bytes.</summary>
    public static byte[] EncodePng(Scene scene) => EncodePng(scene.Width, scene.Height, scene.Pixels);

    /// <summary>An image as a PNG file's bytes.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows of pixels.</param>
    /// <param name="rgb">Rows x columns x RGB.</param>
    public static byte[] EncodePng(int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var image = ToImage(width, height, rgb);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>The same as SkiaSharp has images.</summary>
    internal static SKImage ToImage(int width, int height, ReadOnlySpan<byte> rgb)
    {
        var count = width * height;
        var pixels = new byte[count * 4];
        for (var i = 0; i < count; i++)
        {
            rgb.Slice(i * 3, 3).CopyTo(pixels.AsSpan(i * 4));
            pixels[i * 4 + 3] = 255;
        }
        return SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), pixels);
    }
}
