using EosMLNet.Checkpoints;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Checkpoints shows.</summary>
internal static class CheckpointsPage
{
    private static void Program()
    {
        var config = ModelConfig.Load("scenes-llava");
        var processor = VisionLanguageProcessor.Load("scenes-llava", config);
        int[] prompt = processor.EncodePrompt("what colour is the square");
        float[] pixels = processor.Images.Process([RgbImage.Decode("image.png")]);
    }
}
