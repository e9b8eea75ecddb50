namespace EosMLNet.Tests.Images;

public sealed class ImageProcessorTests : IDisposable
{
    private const string Of8 = """
        {"image_processor_type":"LlavaOnevisionImageProcessor","size":{"height":4,"width":4},"image_grid_pinpoints":[[8,8]]}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_processor_of_images_alone_keeps_their_proportions_and_takes_no_videos()
    {
        var processor = Tiles();
        Assert.Null(processor.Padding);
        Assert.Null(processor.Sampling);
        Assert.Equal(1, processor.FramesPerStep);
        Assert.Equal(new ImageSize(30, 20), processor.SizeSeen(new(30, 20)));
        Action[] all =
        [
            () => processor.PartsOfVideo(new(4, 4), 2), () => processor.SizeSeenOfVideo(new(4, 4), 2), () => processor.WriteVideo([], []),
        ];
        Assert.All(all, action => Expect.Error(EosErrors.ModelInput, action,
            "EOS1015: A video was given, but videos are not prepared for this model. Ask about its frames as images."));
    }

    [Fact]
    public void The_shape_of_an_image_is_its_parts_and_its_size()
    {
        var image = new RgbImage(8, 1, new byte[24]);
        Assert.Equal(new ImageShape(5, 1, 8), Tiles().ShapeOf(image, 1));
        Assert.Equal(new ImageShape(1, 1, 8), Tiles().ShapeOf(image, 2));
    }

    // Two frames are a step: three are two steps of 20 x 28 patches. They are four seconds apart where a frame stands for two.
    [Fact]
    public void The_shape_of_a_video_tells_the_time_between_its_steps()
    {
        var frame = new RgbImage(392, 280, new byte[392 * 280 * 3]);
        var video = new VideoFrames([frame, frame, frame], [0, 2, 4], 6);
        Assert.Equal(new ImageShape(2 * 20 * 28, 280, 392, true, 4), PatchImageProcessorTests.Make(PatchKinds.Qwen2).ShapeOf(video, 1));
    }

    private TileImageProcessor Tiles() =>
        TileImageProcessor.FromConfig(folder.Write("preprocessor_config.json", Of8), LlavaOneVisionConfig.Tiles);
}
