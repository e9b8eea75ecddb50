using EosMLNet.Checkpoints;

namespace EosMLNet.Tests.Checkpoints;

public class LlavaConfigTests
{
    [Fact]
    public void Spelt_out_values_are_read()
    {
        var config = LlavaConfig.Load(GoldenFiles.TinyLlava);
        Assert.Equal(new ClipVisionConfig { HiddenSize = 64, IntermediateSize = 128, LayerCount = 3, HeadCount = 4, ImageSize = 56, PatchSize = 14 }, config.Vision);
        Assert.Equal(new LlamaConfig
        {
            VocabularySize = 320, HiddenSize = 96, IntermediateSize = 192, LayerCount = 4, HeadCount = 6, KeyValueHeadCount = 3, HeadSize = 16,
            MaxPositions = 512, RmsNormEps = 1e-5,
        }, config.Text);
        Assert.Equal((299, 300, -2, "default", 16), (config.ImageTokenIndex, config.PadTokenId, config.VisionFeatureLayer, config.VisionFeatureSelectStrategy, config.VisualTokens));
    }
}
