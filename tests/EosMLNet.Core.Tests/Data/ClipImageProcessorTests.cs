using EosMLNet.Checkpoints;
using EosMLNet.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Data;

public class ClipImageProcessorTests
{
    private static readonly string Config = GoldenFiles.At("clip-preprocess", "preprocessor_config.json");

    [Theory]
    [InlineData("img_97x61")]
    [InlineData("img_64x120")]
    [InlineData("gray_40x30")]
    public void Every_step_gives_transformers_numbers(string name)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(GoldenFiles.At("clip-preprocess", "clip-preprocess-golden.safetensors"));
        var processor = ClipImageProcessor.FromConfig(Config);

        var image = RgbImage.Decode(GoldenFiles.At("clip-preprocess", $"{name}.png"));
        AssertSame(golden, $"{name}.rgb", image);
        var resized = processor.Resize(image);
        AssertSame(golden, $"{name}.resized", resized);
        AssertSame(golden, $"{name}.cropped", processor.Crop(resized));

        var values = processor.Process([image]); // (1, 3, 56, 56)
        Assert.Equal([1, 3, 56, 56], values.shape);
        var error = (values[0] - golden.Read($"{name}.pixel_values")).abs().max().item<float>();
        Assert.InRange(error, 0, 1e-6f);
    }

    private static void AssertSame(SafetensorsFile golden, string name, RgbImage actual)
    {
        using var expected = golden.Read(name); // (H, W, 3)
        Assert.Equal((long[])[actual.Height, actual.Width, 3], expected.shape);
        Assert.True(expected.bytes.SequenceEqual(actual.Pixels.Span), $"{name} differs");
    }
}
