using EosMLNet.Models;
using EosMLNet.Tests.Images;
using TorchSharp;

namespace EosMLNet.Tests.Models;

public sealed class ImageTensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = torch.NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Patches_are_rows_and_the_model_is_told_of_the_resized_sizes()
    {
        var processor = PatchImageProcessor.Load(folder.Path, PatchKinds.Qwen2 with { PatchSize = 4, Limits = new(64, 4096) }, []);
        RgbImage[] images = [Image(17, 30), Image(9, 8)];
        var input = processor.ToInput(images);
        Assert.Equal([new ImageShape(4 * 8, 16, 32), new ImageShape(2 * 2, 8, 8)], input.Images);
        Assert.Equal([36, 96], input.PixelValues.shape);
        Assert.Equal(processor.Process(images), input.PixelValues.data<float>().ToArray());
    }

    [Fact]
    public void Squares_are_told_in_their_own_sizes()
    {
        var input = ClipImageProcessor.Default(8).ToInput([Image(17, 30), Image(9, 8)]);
        Assert.Equal([new ImageShape(1, 17, 30), new ImageShape(1, 9, 8)], input.Images);
        Assert.Equal([2, 3, 8, 8], input.PixelValues.shape);
    }

    // Nothing is allocated: 130 images of 4 million pixels would be 6.5 GB.
    [Fact]
    public void More_images_than_a_tensor_holds_are_refused()
    {
        var processor = PatchImageProcessor.Load(folder.Path, PatchKinds.Qwen2 with { Limits = new(2048 * 2048, 2100 * 2100) }, []);
        Expect.Error(EosErrors.ModelInput, () => processor.ToInput([.. Enumerable.Repeat(Image(28, 28), 130)]), "130 images", "1176", "456522");
    }

    private static RgbImage Image(int height, int width) => new(width, height, [.. Enumerable.Range(0, height * width * 3).Select(i => (byte)(i * 7))]);
}
