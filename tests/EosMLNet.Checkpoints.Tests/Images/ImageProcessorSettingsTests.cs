namespace EosMLNet.Tests.Images;

public sealed class ImageProcessorSettingsTests : IDisposable
{
    private const string Half = """
        "image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":28},"crop_size":{"height":28,"width":28},"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly LlavaConfig _config = new() { Vision = new() { ImageSize = 28, PatchSize = 14 } };
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    // transformers 5 writes this file only (its issue 44623).
    [Fact]
    public void Settings_in_processor_config_are_read()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Half + "},\"patch_size\":14,\"vision_feature_select_strategy\":\"default\"}");
        Assert.Equal((1, -1), Range());
        Assert.Empty(_notes);
    }

    [Fact]
    public void Settings_in_preprocessor_config_are_read_where_processor_config_has_none()
    {
        _folder.Write("processor_config.json", """{"image_token":"<image>","num_additional_image_tokens":1,"patch_size":14,"processor_class":"LlavaProcessor"}""");
        _folder.Write("preprocessor_config.json", "{" + Half + "}");
        Assert.Equal((1, -1), Range());
        Assert.Empty(_notes);
    }

    [Fact]
    public void Where_both_files_disagree_processor_config_is_followed_and_that_is_said()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Half + "}}");
        _folder.Write("preprocessor_config.json", "{" + Half.Replace("\"image_std\":[0.5,0.5,0.5]", "\"image_std\":[0.25,0.25,0.25]") + "}");
        Assert.Equal((1, -1), Range());
        var note = Assert.Single(_notes);
        Assert.Contains("differ in image_std", note);
        Assert.Contains("processor_config.json is followed", note);
    }

    [Fact]
    public void Equal_files_are_not_worth_a_word()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Half + "}}");
        _folder.Write("preprocessor_config.json", "{" + Half + "}");
        Range();
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_folder_without_settings_says_which_defaults_it_takes()
    {
        var (most, least) = Range();
        Assert.Equal(((1 - 0.48145466) / 0.26862954, -0.48145466 / 0.26862954), (most, least), new Within(1e-5));
        var note = Assert.Single(_notes);
        Assert.All((string[])[_folder.Path, "preprocessor_config.json", "processor_config.json", "28 x 28", "0.4815"], part => Assert.Contains(part, note));
    }

    [Theory]
    [InlineData("""{"image_processor_type":"SiglipImageProcessor"}""", "SiglipImageProcessor")]
    [InlineData("""{"image_processor_type":"Qwen2VLImageProcessorFast"}""", "Qwen2VLImageProcessorFast")]
    [InlineData("""{"feature_extractor_type":"ViTFeatureExtractor"}""", "ViTFeatureExtractor")]
    [InlineData("""{"do_flip_channel_order":true}""", "do_flip_channel_order")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":14},"crop_size":{"height":14,"width":14}}""", "14 x 14")]
    public void Settings_of_another_model_are_refused_in_both_files(string settings, string inMessage)
    {
        _folder.Write("preprocessor_config.json", settings);
        Expect.Error(EosErrors.UnsupportedModel, () => Range(), inMessage, "preprocessor_config.json");
        File.Delete(_folder["preprocessor_config.json"]);
        _folder.Write("processor_config.json", $"{{\"image_processor\":{settings}}}");
        Expect.Error(EosErrors.UnsupportedModel, () => Range(), inMessage, "processor_config.json");
    }

    [Theory]
    [InlineData("CLIPImageProcessorFast")]
    [InlineData("CLIPFeatureExtractor")]
    [InlineData("LlavaImageProcessor")]
    public void Other_names_of_CLIPs_processing_are_understood(string type)
    {
        _folder.Write("preprocessor_config.json", "{" + Half.Replace("CLIPImageProcessor", type) + "}");
        Assert.Equal((1, -1), Range());
    }

    [Theory]
    [InlineData("""{"patch_size":16}""", "patch_size")]
    [InlineData("""{"vision_feature_select_strategy":"full"}""", "vision_feature_select_strategy")]
    public void A_processor_config_of_another_model_is_refused(string json, string field)
    {
        _folder.Write("processor_config.json", json);
        Expect.Error(EosErrors.UnsupportedModel, () => Range(), field, "config.json");
    }

    [Fact]
    public void All_that_differs_between_two_files_is_named()
    {
        _folder.Write("processor_config.json", "{\"image_processor\":{" + Half + "}}");
        _folder.Write("preprocessor_config.json", "{" + Half.Replace("0.5,0.5,0.5", "0.25,0.25,0.25") + "}");
        Range();
        Assert.Equal($"processor_config.json and preprocessor_config.json of '{_folder.Path}' differ in image_mean, image_std; " +
            "processor_config.json is followed, as transformers 5 does. Delete the file that is not right.", Assert.Single(_notes));
    }

    // What white and black become.
    private (double Most, double Least) Range()
    {
        var images = (ClipImageProcessor)_config.LoadImages(_folder.Path, ImagePadding.Crop, _notes);
        var white = images.Process([new RgbImage(28, 28, [.. Enumerable.Repeat((byte)255, 28 * 28 * 3)])]);
        var black = images.Process([new RgbImage(28, 28, new byte[28 * 28 * 3])]);
        return (white[0], black[0]);
    }

    private sealed class Within(double tolerance) : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < tolerance && Math.Abs(a.Item2 - b.Item2) < tolerance;

        public int GetHashCode((double, double) pair) => 0;
    }
}
