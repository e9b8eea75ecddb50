using EosMLNet.Tests.Configs;

namespace EosMLNet.Tests.Families;

public sealed class LlavaOneVisionConfigTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Omitted_fields_have_the_defaults_of_transformers_class()
    {
        var siglip = new ClipVisionConfig
        {
            HiddenSize = 1152, IntermediateSize = 4304, LayerCount = 26, HeadCount = 16, ImageSize = 384, PatchSize = 14,
            Activation = "gelu_pytorch_tanh", LayerNormEps = 1e-6, HasClassToken = false, HasPreNorm = false, HasPatchBias = true,
        };
        ImageSize[] resolutions =
            [.. Enumerable.Range(0, 36).Select(i => new ImageSize(384 + i / 6 * 384, 384 + i % 6 * 384))];
        foreach (var config in (LlavaOneVisionConfig[])[new(), Load("")])
        {
            Assert.Equal(siglip, config.Vision);
            Assert.Equal(resolutions, config.GridPinpoints);
            Assert.Equal((9, 151646, 151647), (config.MaxTiles, config.ImageTokenIndex, config.VideoTokenIndex));
            Assert.Equal([151646, 151647], config.VisualTokenIds);
            Assert.Equal((-1, 26, "full"), (config.VisionFeatureLayer, config.TowerDepth, config.VisionFeatureSelectStrategy));
            Assert.Equal((27 * 27, false), (config.VisualTokens, config.HasClsAttention));
        }
        Assert.Equal((151936, true), (Load("").Text.VocabularySize, Load("").Text.AttentionBias)); // of Qwen2
    }

    [Theory]
    [InlineData("", 9)]
    [InlineData(""" "vision_aspect_ratio":"anyres_max_1" """, 1)]
    [InlineData(""" "vision_aspect_ratio":"anyres_max_1024" """, 1024)]
    public void The_most_tiles_stand_in_the_name_of_the_aspect_ratio(string fields, int most) => Assert.Equal(most, Load(fields).MaxTiles);

    [Theory]
    [InlineData("square")]
    [InlineData("anyres_max_")]
    [InlineData("anyres_max_many")]
    [InlineData("anyres_max_0")]
    [InlineData("anyres_max_1025")]
    [InlineData("Anyres_max_9")]
    public void Another_aspect_ratio_is_refused(string aspect) => Assert.Equal(
        $"EOS1009: 'vision_aspect_ratio' of 'config.json' is '{aspect}', expected 'anyres_max_N' with N from 1 to 1024.",
        folder.Refusal($$"""{"model_type":"llava_onevision","vision_aspect_ratio":"{{aspect}}"}"""));

    [Theory]
    [InlineData(""" "video_token_index":7 """, 7)]
    [InlineData(""" "video_token_id":8 """, 8)]
    public void The_token_of_videos_has_an_older_and_a_newer_name(string field, int id) => Assert.Equal(id, Load(field).VideoTokenIndex);

    [Fact]
    public void The_resolutions_of_the_file_are_taken() =>
        Assert.Equal([new ImageSize(384, 1152)], Load(""" "image_grid_pinpoints":[[384,1152]] """).GridPinpoints);

    // 24 / 8 = 3 patches on a side, of which half is 2; a newline stands behind the last frame.
    [Theory]
    [InlineData(24, 2)]
    [InlineData(32, 2)]
    [InlineData(40, 3)]
    public void The_frames_of_a_video_are_pooled_to_half_their_sides(int side, int pooled)
    {
        var config = new LlavaOneVisionConfig { Vision = new() { ImageSize = side, PatchSize = 8, HasClassToken = false } };
        var frame = new VisualRegion(pooled, pooled);
        Assert.Equal(pooled, config.PooledSide);
        Assert.Equal(
            new VisualLayout(frame, frame, frame, VisualRegion.Single), config.LayoutOf(new ImageShape(3, 100, 90, IsVideo: true)));
    }

    [Fact]
    public void Each_of_several_images_is_one_tile()
    {
        var images = new LlavaOneVisionConfig().LoadImages(folder.Path, ImagePadding.Square, []);
        Assert.Equal((3, 1), (images.Parts(new(384, 768), 1), images.Parts(new(384, 768), 2)));
    }

    [Fact]
    public void Means_of_published_checkpoints_are_told_where_the_file_lacks_them()
    {
        folder.Write("preprocessor_config.json", """{"image_processor_type":"LlavaOnevisionImageProcessor"}""");
        var notes = new List<string>();
        new LlavaOneVisionConfig().LoadImages(folder.Path, ImagePadding.Square, notes);
        Assert.Contains("Published checkpoints have 0.5 for all: ", Assert.Single(notes));
    }

    private LlavaOneVisionConfig Load(string fields) => (LlavaOneVisionConfig)folder.Load(
        fields.Length == 0 ? """{"model_type":"llava_onevision"}""" : $$"""{"model_type":"llava_onevision",{{fields}}}""");
}
