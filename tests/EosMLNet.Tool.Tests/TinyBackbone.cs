using System.Text.Json.Nodes;
using SkiaSharp;

namespace EosMLNet.Tool.Tests;

/// <summary>
/// A random model of another family than LLaVA-1.5, with a tokenizer, pictures of three sizes, a folder of four frames, and a table about them, in a folder that goes with it.
/// </summary>
internal sealed class TinyBackbone : IDisposable
{
    private static readonly (string Text, int Id)[] Special =
    [
        ("<|vision_start|>", 301), ("<|vision_end|>", 302), ("<|image_pad|>", 303), ("<|video_pad|>", 304), ("<|im_start|>", 306), ("<|im_end|>", 307),
    ];
    private static readonly (string Text, int Id)[] SpecialOfTiles = [("<image>", 303), ("<|im_start|>", 306), ("<|im_end|>", 307)];

    private readonly TemporaryFolder folder = new();

    /// <param name="family">A folder of Golden/backbones.</param>
    internal TinyBackbone(string family)
    {
        Directory.CreateDirectory(Model);
        var golden = TinyModel.Golden(Path.Combine("backbones", family));
        foreach (var file in Directory.GetFiles(Path.Combine(golden, "checkpoint")).Append(Path.Combine(golden, "preprocessor_config.json")))
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
        BpeTrainer.Train(["what colour is it? red, green, blue", "system You are a helpful assistant. user how many of assistant seconds 0.5"], 290).Save(Model);
        var settings = Path.Combine(Model, "tokenizer_config.json");
        var json = JsonNode.Parse(File.ReadAllText(settings))!;
        json["add_bos_token"] = false;
        foreach (var (text, id) in family.StartsWith("llava", StringComparison.Ordinal) ? SpecialOfTiles : Special)
            json["added_tokens_decoder"]![$"{id}"] = new JsonObject { ["content"] = text, ["special"] = true };
        File.WriteAllText(settings, json.ToJsonString());
        Picture("wide.png", 60, 40, 1);
        Picture("tall.png", 33, 70, 2);
        Picture("small.png", 20, 20, 3);
        Directory.CreateDirectory(Path.Combine(Images, "clip"));
        for (var frame = 0; frame < 4; frame++)
            Picture(Path.Combine("clip", $"{frame}.png"), 48, 32, 10 + frame);
        File.WriteAllLines(Table,
        [
            "ImagePath\tQuestion\tAnswer", "wide.png\twhat colour is it?\tred", "tall.png\thow many of 2?\t2", "small.png\twhat colour is it?\tblue",
            "[\"wide.png\", \"tall.png\"]\thow many of 1?\t3", "tall.png\twhat colour is it?\tred", "small.png\thow many of 2?\t2",
        ]);
    }

    internal string Model => folder["model"];
    internal string Images => folder["images"];
    internal string Table => folder["rows.tsv"];
    internal string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();

    private void Picture(string name, int width, int height, int seed)
    {
        Directory.CreateDirectory(Images);
        using var bitmap = new SKBitmap(width, height);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }
        using var stream = File.Create(Path.Combine(Images, name));
        bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
    }
}
