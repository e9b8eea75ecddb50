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

    private readonly List<ImageQuestions> images = [];

    /// <param name="source">Images that can be asked about anew.</param>
    /// <param name="backbone">What the model was made by.</param>
    /// <param name="model">What sees them.</param>
    /// <param name="processor">The model's image processor.</param>
    public SeenImages(IEnumerable<ImageQuestions> source, Backbone backbone, VisionLanguageModel model, ImageProcessor processor)
    {
        using var unrecorded = no_grad();
        foreach (var some in source.Batches(Batch))
        {
            using var scope = NewDisposeScope();
            using var taps = new Taps(backbone.FeatureTap!);
            model.EncodeImages(processor.ToInput([.. some.Select(image => image.Image)]), taps.Receive, clsAttention: false);
            var features = taps[backbone.FeatureTap!]!;                                               // (B, n, dv)
            images.AddRange(some.Select((image, i) => image with { Seen = features[i].clone().DetachFromDisposeScope() }));
        }
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<ImageQuestions> Images => images;

    /// <summary>The images in turn, without end.</summary>
    public IEnumerable<ImageQuestions> Rounds()
    {
        for (var round = 0L; ; round++)
            foreach (var image in images)
                yield return image with { Questions = image.Again!(round) };
    }

    public void Dispose()
    {
        foreach (var image in images)
            image.Seen!.Dispose();
    }
}
