using EosMLNet.Models;
using SkiaSharp;

namespace EosMLNet.Tool.Tests;

/// <summary>
/// A random LLaVA of 16 visual tokens and 4 layers with a tokenizer, and twelve questions about six images of noise, in a folder that goes with the fixture.
/// It knows nothing, but says always the same.
/// </summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TinyModel()
    {
        CopyModelTo(Model);
        Directory.CreateDirectory(Images);
        for (var image = 0; image < 6; image++)
            WriteNoise(Path.Combine(Images, $"{image}.png"), image);
        var rows = Enumerable.Range(0, 12).Select(row => $"{(row % 2 == 0 ? "what colour is it?" : $"how many of {row}?")}\t{row / 2}.png\t{(row % 3 == 0 ? "red" : "2")}\t{(row % 2 == 0 ? "colour" : "count")}");
        File.WriteAllLines(Table, rows.Prepend("Question\tImagePath\tAnswer\tFamily"));
    }

    internal string Model => folder["model"];
    internal string Images => folder["images"];
    internal string Table => folder["rows.tsv"];

    /// <summary>The path of a file in the fixture's folder.</summary>
    internal string this[string name] => folder[name];

    /// <summary>A complete checkpoint folder.</summary>
    internal static void CopyModelTo(string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(Golden("tiny-llava")))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        BpeTrainer.Train(["what colour is it? red, green, blue", "USER: ASSISTANT: how many of"], 290).Save(target);
    }

    /// <summary>A plan that keeps a few random tokens; learned parameters are not needed.</summary>
    internal string Plan(double meanTokens)
    {
        var path = folder[$"plan-{meanTokens}.json"];
        using var model = LlavaModel.Load(Model);
        Baselines.Random(model.ToPlanModel(), meanTokens, seed: 1).Save(path);
        return path;
    }

    internal static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public void Dispose() => folder.Dispose();

    private static void WriteNoise(string path, int seed)
    {
        using var bitmap = new SKBitmap(56, 56);
        var random = new Random(seed);
        for (var y = 0; y < bitmap.Height; y++)
            for (var x = 0; x < bitmap.Width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}
