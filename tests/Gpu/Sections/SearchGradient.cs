using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>The gradients of one search step on random questions about random images, the same on every device.</summary>
internal static class SearchGradient
{
    private const int Images = 4, Rank = 4;

    internal static double[] Of(LlavaModel model)
    {
        using var scope = NewDisposeScope();
        // Without the one score whose coordinates, principal directions, have signs that are a matter of chance.
        var settings = new SearchSettings
        {
            Constraints = new() { MeanVisualTokens = 6 }, Scores = model.HasClsAttention ? [ScoreCriterion.Probe, ScoreCriterion.ClsAttention, ScoreCriterion.TextAttention] : [ScoreCriterion.Probe, ScoreCriterion.TextAttention],
        };
        using var data = Data(model);
        using var basis = ScoreBasis.Of(model, data, data.Rows, Rank, ComputeType.Of(model.DataType));
        using var variables = new SearchVariables(model, settings, basis, ImageSizes.All(model.LayoutOf(Shape(model)).Count));
        variables.MeetBudget();
        var batch = new PackedBatch(data.Rows, model);
        var vision = data.Images.Get(PackedRow.ImagesOf(data.Rows));
        var hidden = new SearchForward(model).Run(batch, vision, variables.Sites(), settings.InitialTemperature, kept => kept + 16);
        TaskLoss.CrossEntropy(batch, TaskLoss.LogProbabilities(model, batch, hidden)).backward();
        return [.. variables.ScoreParameters.Concat(variables.CountParameters).Concat(variables.SiteParameters).Where(x => x.grad is not null).SelectMany(x => x.grad!.Numbers())];
    }

    /// <summary>Random images for a model, (I, 3, H, W).</summary>
    internal static Tensor Pixels(LlavaModel model, int seed, int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var side = model.Config.Vision.ImageSize;
        return randn([count, 3, side, side], generator: generator).to(model.DataType, model.Device).MoveToOuterDisposeScope();
    }

    private static SearchData Data(LlavaModel model)
    {
        var random = new Random(7);
        var rows = PackedRow.Pack(Enumerable.Range(0, Images).Select(image => ((IReadOnlyList<PackedImage>)[new(image, [1, 7, 9], model.LayoutOf(Shape(model)))], new PackedRow.Segment(Ids(4), [.. Ids(2), 2]))), questionsPerRow: 1);
        return new SearchData(rows, new ImageCache(wanted =>
        {
            using var inner = NewDisposeScope();
            return VisionOutput.Join([.. wanted.Select(image => model.EncodeImages(Input(model, image.Index)))]).MoveToOuterDisposeScope();
        }, 1 << 28), [""], "sha256:random");

        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(10, 200))];
    }

    // Where images are cut: the whole, and two tiles side by side.
    private static ImageShape Shape(LlavaModel model) =>
        model.ImagesVary ? new ImageShape(3, model.Config.Vision.ImageSize, 2 * model.Config.Vision.ImageSize) : new ImageShape(1);

    private static VisionInput Input(LlavaModel model, int image) => new(Pixels(model, 100 + image, Shape(model).Parts), [Shape(model)]);
}
