using Benchmarks.Quality;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;

namespace Benchmarks.Backbones;

/// <summary>The test questions about images of one size.</summary>
/// <param name="Model">The model.</param>
/// <param name="Size">The size.</param>
/// <param name="Layout">How the visual tokens of such an image lie.</param>
/// <param name="Data">The questions.</param>
/// <param name="Images">What the encoder makes of their images.</param>
internal sealed record BackbonePart(VisionLanguageModel Model, ImageSize Size, VisualLayout Layout, VqaDataset Data, ImageCache Images) : IDisposable
{
    internal static BackbonePart Of(VisionLanguageModel model, VqaDataset test, ImageSize size)
    {
        var data = QualityData.Where(test, row => test.Images[row.Images[0]] is RgbImage image && image.Height == size.Height && image.Width == size.Width);
        return new(model, size, LayoutOf(model, size), data, new ImageCache(model, data));
    }

    /// <summary>How the visual tokens of an image of a size lie.</summary>
    internal static VisualLayout LayoutOf(VisionLanguageModel model, ImageSize size)
    {
        var seen = model.Processor!.Images.SizeSeen(size);
        return model.LayoutOf(new ImageShape(0, seen.Height, seen.Width));
    }

    /// <summary>What plans record of a model, with the visual tokens of images that lie so.</summary>
    internal static PlanModel PlanModelOf(VisionLanguageModel model, VisualLayout layout) =>
        model.ToPlanModel() with { VisualTokens = layout.Count, Grid = layout.Grid };

    /// <summary>A preset for images of this size: some of them cannot take their counts as parts of any image's tokens.</summary>
    /// <param name="make">Makes it for a model and a budget of mean visual tokens.</param>
    /// <param name="share">The budget, as a part of the visual tokens.</param>
    internal ReductionPlan Preset(Func<PlanModel, double, ReductionPlan> make, double share) =>
        ReductionPlan.Create(Model.ToPlanModel(), make(PlanModelOf(Model, Layout), share * Layout.Count).Sites);

    /// <summary>Answers the questions under a plan.</summary>
    internal EvaluationResult Test(ReductionPlan plan)
    {
        using var reduced = new ReducedModel(Model, plan);
        return Evaluator.Evaluate(reduced, Data, images: Images);
    }

    /// <summary>Mean visual tokens a layer, as a part of those that an image has.</summary>
    internal double ShareOf(ReductionPlan plan)
    {
        var (left, at, sum) = (Layout.Count, 0, 0.0);
        foreach (var site in KeptCounts.Of(plan.Model, plan.Sites, Layout.Count))
        {
            sum += (double)left * (site.Layer - at);
            (left, at) = (site.Keep, site.Layer);
        }
        return (sum + (double)left * (Model.LayerCount - at)) / Model.LayerCount / Layout.Count;
    }

    public void Dispose() => Images.Dispose();
}
