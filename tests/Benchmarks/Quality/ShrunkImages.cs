namespace Benchmarks.Quality;

/// <summary>
/// Images without their fine detail: shrunk to half of their width and height, and enlarged to their size again. They tell easy questions
/// from difficult ones, as down-sampling does in VTC-Bench (arXiv:2510.07143).
/// </summary>
internal static class ShrunkImages
{
    /// <summary>The same rows in the same order, about shrunk images.</summary>
    internal static VqaDataset Of(VqaDataset data)
    {
        RgbImage[] images = [.. data.Images.Select(image => Of((RgbImage)image))];
        var shrunk = new VqaDataset.Builder();
        foreach (var row in data.Examples)
            shrunk.Add([.. row.Images.Select(image => images[image])], row.Question, row.Answer, row.Family);
        return shrunk.Build();
    }

    /// <summary>One image.</summary>
    internal static RgbImage Of(RgbImage image) => Resize(Resize(image, image.Width / 2, image.Height / 2), image.Width, image.Height);

    private static RgbImage Resize(RgbImage image, int width, int height) =>
        PillowResize.Resize(ImageCanvas.Of(image), width, height, PillowResize.Bicubic, (0, 0, width, height));
}
