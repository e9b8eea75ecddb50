using System.Text.Json;
using EosMLNet.Tests.Configs;

namespace EosMLNet.Tests.Families;

/// <summary>What LLaVA-NeXT and LLaVA-OneVision have in common.</summary>
public sealed class TiledLlavaConfigTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("llava_next", "config.transformers-4.51")]
    [InlineData("llava_next", "config.transformers-4.53")]
    [InlineData("llava_onevision", "config.transformers-4.51")]
    [InlineData("llava_onevision", "config.transformers-4.53")]
    public void Every_version_of_transformers_describes_the_same_model(string family, string file) =>
        Assert.Equal(Described(family, "config.published-form"), Described(family, file));

    // The numbers of visual tokens that transformers gave the images of the golden cases, and the published models.
    [Theory]
    [InlineData("llava_next")]
    [InlineData("llava_onevision")]
    public void Images_of_a_small_model_have_as_many_tokens_as_in_transformers(string family)
    {
        var config = ModelConfig.Load(GoldenFiles.At("backbones", family, "checkpoint"));
        var images = config.LoadImages(GoldenFiles.At("backbones", family), ImagePadding.Square, []);
        using var golden = JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", family, "golden.json")));
        var meta = golden.RootElement.GetProperty("meta");
        Assert.All(meta.GetProperty("tokens").EnumerateObject(), image =>
        {
            var shape = images.ShapeOf(RgbImage.Decode(GoldenFiles.At("backbones", family, "images", $"img_{image.Name}.png")), 1);
            Assert.Equal(meta.GetProperty("tiles").GetProperty(image.Name).GetInt32(), shape.Parts);
            Assert.Equal(image.Value.GetInt32(), config.LayoutOf(shape).Count);
        });
    }

    [Theory]
    [InlineData("llava_next")]
    [InlineData("llava_onevision")]
    public void Images_of_a_published_model_have_as_many_tokens_as_in_transformers(string family)
    {
        var config = Published(family);
        using var table = JsonDocument.Parse(File.ReadAllText(GoldenFiles.At("backbones", "tables", "resize-and-anyres.json")));
        JsonElement[] rows = [.. table.RootElement.GetProperty("anyres").EnumerateArray()
            .Where(row => row.GetProperty("kind").GetString() == family)];
        Assert.Equal(45, rows.Length);
        Assert.All(rows, row =>
        {
            var size = row.GetProperty("size");
            var image = new ImageShape(row.GetProperty("tiles").GetInt32(), size[0].GetInt32(), size[1].GetInt32());
            Assert.Equal(row.GetProperty("tokens").GetInt32(), config.LayoutOf(image).Count);
        });
    }

    // 336 x 336 pixels in one of two tiles side by side: half the columns are cut away. 200 x 1000 in three: of 24 rows of patches the
    // image has 14, so 5 are cut at each end.
    [Theory]
    [InlineData(336, 336, 1, 2, 0, 12, 24, 24)]
    [InlineData(300, 600, 1, 2, 0, 0, 24, 48)]
    [InlineData(600, 300, 2, 1, 0, 0, 48, 24)]
    [InlineData(200, 1000, 1, 3, 5, 0, 14, 72)]
    public void Behind_the_whole_image_come_the_rows_of_its_tiles_without_their_padding(
        int height, int width, int tileRows, int tileColumns, int top, int left, int rows, int columns)
    {
        var config = new LlavaNextConfig();
        var image = new ImageShape(1 + tileRows * tileColumns, height, width);
        var size = new ImageSize(rows, columns);
        Assert.Equal((new ImageSize(tileRows, tileColumns), new FeatureWindow(top, left, size), size), config.GridOf(image));
        Assert.Equal(
            new VisualLayout(new VisualRegion(24, 24), new VisualRegion(rows, columns, HasNewlines: true)), config.LayoutOf(image));
    }

    // 162 x 162 patches are four times those of 9 tiles of 27 x 27.
    [Fact]
    public void An_image_of_too_many_tiles_is_shrunk_where_there_is_a_limit()
    {
        var image = new ImageShape(37, 2304, 2304);
        var config = new LlavaOneVisionConfig();
        var (tiles, window, size) = config.GridOf(image);
        Assert.Equal((new(6, 6), new(0, 0, new(162, 162)), new(81, 81)), (tiles, window, size));
        Assert.Equal(new VisualLayout(new VisualRegion(27, 27), new VisualRegion(81, 81, HasNewlines: true)), config.LayoutOf(image));
        Assert.Equal(new ImageSize(162, 162), (config with { MaxTiles = null }).GridOf(image).Size);
    }

    [Fact]
    public void An_image_of_one_tile_has_one_newline() => Assert.Equal(
        new VisualLayout(new VisualRegion(24, 24), VisualRegion.Single), new LlavaNextConfig().LayoutOf(new ImageShape(1, 300, 600)));

    [Fact]
    public void The_usual_image_has_the_size_of_a_tile()
    {
        TiledLlavaConfig config = new LlavaNextConfig();
        Assert.True(config.ImagesVary);
        Assert.Equal(
            new VisualLayout(new VisualRegion(24, 24), new VisualRegion(24, 24, HasNewlines: true)), config.UsualLayout(null));
    }

    [Fact]
    public void People_are_told_of_the_tokens_and_the_most_tiles()
    {
        Assert.Equal(
            "576 visual tokens of the whole image and of each tile of 336 x 336 pixels, up to 4 tiles.",
            new LlavaNextConfig().DescribeImages());
        Assert.Equal(
            "729 visual tokens of the whole image and of each tile of 384 x 384 pixels, up to 36 tiles.",
            new LlavaOneVisionConfig().DescribeImages());
        Assert.EndsWith("up to 3 tiles.", new LlavaNextConfig { GridPinpoints = [new(336, 1008), new(672, 336)] }.DescribeImages());
    }

    [Fact]
    public void The_newline_is_a_weight_behind_the_others() => Assert.Equal(
        [.. WeightLines.Of(new LlavaConfig().Weights), "image_newline 4096"], WeightLines.Of(new LlavaNextConfig().Weights));

    [Theory]
    [InlineData("llava_next", "LlavaNextImageProcessor", "LlavaOnevisionImageProcessor")]
    [InlineData("llava_onevision", "LlavaOnevisionImageProcessor", "LlavaNextImageProcessor")]
    public void Images_are_cut_as_the_models_class_does(string family, string own, string other)
    {
        var config = Published(family);
        var side = config.Vision.ImageSize;
        var notes = new List<string>();
        var images = Assert.IsType<TileImageProcessor>(config.LoadImages(folder.Path, ImagePadding.Square, notes));
        Assert.Equal((side, config.GridPinpoints), (images.Side, images.Pinpoints));
        Assert.Contains($"bicubic resize to tiles of {side} x {side} pixels, ", Assert.Single(notes));
        Settings(own);
        Assert.Equal(config.GridPinpoints, ((TileImageProcessor)config.LoadImages(folder.Path, ImagePadding.Square, [])).Pinpoints);
        Settings(other);
        Expect.Error(EosErrors.UnsupportedModel, () => config.LoadImages(folder.Path, ImagePadding.Square, []),
            $"is '{other}', expected '{own}', what the model has");

        void Settings(string type) => folder.Write("preprocessor_config.json",
            $$$"""{"image_processor_type":"{{{type}}}","size":{"height":{{{side}}},"width":{{{side}}}},"crop_size":{{{side}}}}""");
    }

    [Fact]
    public void The_processors_file_must_belong_to_the_model()
    {
        folder.Write("processor_config.json", """{"patch_size":16}""");
        Expect.Error(EosErrors.UnsupportedModel, () => new LlavaNextConfig().LoadImages(folder.Path, ImagePadding.Square, []),
            "is 16, expected 14 as in config.json; the two files do not belong together.");
    }

    [Theory]
    [InlineData(""" "model_type":"llava_next","vision_feature_select_strategy":"full" """)]
    [InlineData(""" "model_type":"llava_onevision","vision_config":{} """)]
    public void A_tiles_CLS_token_is_refused(string fields) => Assert.Equal(
        "EOS1009: 'vision_feature_select_strategy' of 'config.json' is 'full', expected 'default': the [CLS] token of a tile has no " +
        "place among the rows of an image.", folder.Refusal($$"""{{{fields}}}"""));

    [Theory]
    [InlineData("llava_next")]
    [InlineData("llava_onevision")]
    public void Rows_without_newlines_are_refused(string type)
    {
        Assert.Equal(
            "EOS1009: 'use_image_newline_parameter' of 'config.json' is false, expected true or left out: rows end with a newline.",
            folder.Refusal($$"""{"model_type":"{{type}}","use_image_newline_parameter":false}"""));
        Assert.Equal(type, folder.Load($$"""{"model_type":"{{type}}","use_image_newline_parameter":true}""").ModelType);
    }

    private static TiledLlavaConfig Published(string family) =>
        family == "llava_next" ? new LlavaNextConfig() : new LlavaOneVisionConfig();

    private string Described(string family, string file)
    {
        var config = folder.Load(File.ReadAllText(GoldenFiles.At("backbones", family, "configs", file + ".json")));
        return JsonSerializer.Serialize(config, config.GetType());
    }
}
