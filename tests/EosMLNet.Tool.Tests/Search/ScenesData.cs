using SkiaSharp;

namespace EosMLNet.Tool.Tests.Search;

/// <summary>Questions that scenes-llava knows the words of, about images of noise: enough to see a search at work, not to find a good plan.</summary>
internal sealed class ScenesData : IDisposable
{
    private static readonly string[] Questions = ["is there a red circle?", "what colour is the square?", "how many triangles are there?", "which number is shown?"];
    private readonly TemporaryFolder folder = new();

    internal ScenesData(int images)
    {
        Directory.CreateDirectory(Images);
        List<string> rows = ["ImagePath\tQuestion\tAnswer"];
        for (var image = 0; image < images; image++)
        {
            using var bitmap = new SKBitmap(96, 96);
            var random = new Random(image);
            for (var y = 0; y < bitmap.Height; y++)
                for (var x = 0; x < bitmap.Width; x++)
                    bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(Images, $"{image}.png"), data.ToArray());
            rows.AddRange(Questions.Select((question, i) => $"{image}.png\t{question}\t{(i == 0 ? "yes" : i == 1 ? "red" : "2")}"));
        }
        File.WriteAllLines(Table, rows);
    }

    internal static string Model => Repository.At("samples", "ScenesVqa", "scenes-llava");
    internal string Images => folder["images"];
    internal string Table => folder["rows.tsv"];

    /// <summary>The path of a file beside the data.</summary>
    internal string this[string name] => folder[name];

    public void Dispose() => folder.Dispose();
}
