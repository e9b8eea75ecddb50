using EosMLNet.Tests.Configs;

namespace EosMLNet.Tests.Families;

public sealed class LlavaNextConfigTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Omitted_fields_have_the_defaults_of_transformers_class()
    {
        foreach (var config in (LlavaNextConfig[])[new(), (LlavaNextConfig)folder.Load("""{"model_type":"llava_next"}""")])
        {
            Assert.Equal([new(336, 672), new(672, 336), new(672, 672), new(1008, 336), new(336, 1008)], config.GridPinpoints);
            Assert.Equal((new ClipVisionConfig(), new LlamaConfig()), (config.Vision, config.Text));
            Assert.Equal((32000, -2, "default", 576),
                (config.ImageTokenIndex, config.VisionFeatureLayer, config.VisionFeatureSelectStrategy, config.VisualTokens));
            Assert.Null(config.MaxTiles);
            Assert.Null(config.VideoTokenIndex);
            Assert.Equal("llava_next", config.ModelType);
        }
    }

    [Fact]
    public void What_the_file_says_is_read()
    {
        var config = (LlavaNextConfig)folder.Load(
            """{"model_type":"llava_next","image_token_index":7,"image_grid_pinpoints":[[336,1344]],"tie_word_embeddings":true}""");
        Assert.Equal((new ImageSize(336, 1344), 7, true),
            (Assert.Single(config.GridPinpoints), config.ImageTokenIndex, config.TieWordEmbeddings));
    }

    [Fact]
    public void A_tile_is_a_tile_whether_or_not_there_are_other_images()
    {
        var images = new LlavaNextConfig().LoadImages(folder.Path, ImagePadding.Square, []);
        Assert.Equal((3, 3), (images.Parts(new(336, 672), 1), images.Parts(new(336, 672), 2)));
    }
}
