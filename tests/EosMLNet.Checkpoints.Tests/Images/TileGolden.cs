namespace EosMLNet.Tests.Images;

/// <summary>Compares one family's tiles with what transformers' processor made of the same images (Golden/backbones).</summary>
internal static class TileGolden
{
    internal static TileImageProcessor Processor(string family, TileProcessing kind) =>
        TileImageProcessor.FromConfig(GoldenFiles.At("backbones", family, "preprocessor_config.json"), kind);

    /// <summary>The image resized and squashed, and its tiles.</summary>
    internal static void CheckSteps(string family, TileProcessing kind, string name)
    {
        var processor = Processor(family, kind);
        var image = RgbImage.Decode(GoldenFiles.At("backbones", family, "processor", $"{name}.png"));
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", family, "processor", "processor-golden.safetensors"));
        AssertSame(golden, $"{name}.resized", processor.Fitted(image));
        AssertSame(golden, $"{name}.base_resized", processor.Squashed(ImageCanvas.Of(image)));
        var processed = processor.Process(image);
        Assert.Equal(new ImageSize(image.Height, image.Width), processed.Original);
        Assert.Equal(processor.Side, processed.Side);
        if (golden.Entries.ContainsKey($"{name}.pixel_values"))
            AssertSame(golden, $"{name}.pixel_values", processed);
    }

    /// <summary>The images of the model's cases.</summary>
    internal static void CheckCases(string family, TileProcessing kind, IEnumerable<string> names)
    {
        using var golden = SafetensorsFile.Open(GoldenFiles.At("backbones", family, "golden.safetensors"));
        foreach (var name in names)
        {
            var image = RgbImage.Decode(GoldenFiles.At("backbones", family, "images", $"img_{name}.png"));
            var processed = Processor(family, kind).Process(image);
            AssertSame(golden, $"pixels.{name}", processed);
            var whole = Processor(family, kind).ProcessWhole(image);
            Assert.Equal((1, processed.Original), (whole.Tiles, whole.Original));
            Assert.Equal(processed.Pixels[..whole.Pixels.Length], whole.Pixels);
        }
    }

    /// <summary>What a saved processor gives.</summary>
    internal static void CheckSaved(string family, TileProcessing kind)
    {
        using var folder = new TemporaryFolder();
        var processor = Processor(family, kind);
        processor.Save(folder.Path);
        var again = TileImageProcessor.FromConfig(folder["preprocessor_config.json"], kind);
        Assert.Equal(processor.Pinpoints, again.Pinpoints);
        var image = RgbImage.Decode(GoldenFiles.At("backbones", family, "processor", "oddpad.png"));
        Assert.Equal(processor.Process(image).Pixels, again.Process(image).Pixels);
    }

    internal static void AssertSame(SafetensorsFile golden, string name, RgbImage actual)
    {
        var entry = golden.Find(name); // (H, W, 3)
        Assert.Equal((long[])[actual.Height, actual.Width, 3], entry.Shape);
        var expected = new byte[entry.ByteCount];
        golden.ReadBytes(entry, 0, expected);
        Assert.True(actual.Pixels.Span.SequenceEqual(expected), $"{name} differs");
    }

    internal static void AssertSame(SafetensorsFile golden, string name, ProcessedImage actual)
    {
        Assert.Equal((long[])[actual.Tiles, 3, actual.Side, actual.Side], golden.Find(name).Shape.ToArray()[^4..]); // one image of (T, 3, S, S)
        var worst = golden.ReadFloats(name).Zip(actual.Pixels, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(worst, 0, 1e-6f);
    }
}
