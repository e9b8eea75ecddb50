using EosMLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// Images at which a tower looks once and stays as it is, while projector and decoder learn: they meet each image many times, with other
/// questions every time, at a third of the work.
/// </summary>
internal sealed class SeenImages : IDisposable
{
    private const int Batch = 16;

    private readonly IReadOnlyList<ImageQuestions> images;

    private SeenImages(IReadOnlyList<ImageQuestions> images) => this.images = images;

    /// <param name="source">Images that can be asked about anew.</param>
    /// <param name="backbone">What the model was made by.</param>
    /// <param name="model">What sees them.</param>
    /// <param name="processor">The model's image processor.</param>
    public SeenImages(IEnumerable<ImageQuestions> source, Backbone backbone, VisionLanguageModel model, ImageProcessor processor)
    {
        var looked = new List<ImageQuestions>();
        using var unrecorded = no_grad();
        foreach (var some in source.Batches(Batch))
        {
            using var scope = NewDisposeScope();
            using var taps = new Taps(backbone.FeatureTap!);
            model.EncodeImages(processor.ToInput([.. some.Select(image => image.Image)]), taps.Receive, clsAttention: false);
            var features = taps[backbone.FeatureTap!]!;                                               // (B, n, dv)
            looked.AddRange(some.Select((image, i) => image with { Seen = features[i].clone().DetachFromDisposeScope() }));
        }
        images = looked;
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageQuestions> Images => images;

    /// <summary>The images in turn, without end.</summary>
    /// <param name="stage">What is asked.</param>
    public IEnumerable<ImageQuestions> Rounds(int stage)
    {
        for (var round = 0L; ; round++)
            foreach (var image in images)
                yield return image with { Questions = image.Again!(stage, round) };
    }

    /// <summary>The same images with fewer visual tokens, for the caller to dispose. Attention finds a token among few the sooner.</summary>
    /// <param name="together">Cells on each side of a square whose mean is one visual token.</param>
    public SeenImages Pooled(int together) => new([.. images.Select(image => Pooled(image, together))]);

    private static ImageQuestions Pooled(ImageQuestions image, int together)
    {
        if (together == 1)
            return image with { Seen = image.Seen!.alias().DetachFromDisposeScope() };
        using var scope = NewDisposeScope();
        var grid = (int)Math.Sqrt(image.Seen!.shape[0]);
        var side = grid / together;
        var means = image.Seen.view(side, together, side, together, -1).mean([1L, 3L]).flatten(0, 1);              // (side · side, dv)
        return image with
        {
            Seen = means.DetachFromDisposeScope(),
            SeenAt = [.. from row in Enumerable.Range(0, side)
                      from column in Enumerable.Range(0, side)
                      select (row * together + together / 2) * grid + column * together + together / 2],
        };
    }

    public void Dispose()
    {
        foreach (var image in images)
            image.Seen!.Dispose();
    }
}
