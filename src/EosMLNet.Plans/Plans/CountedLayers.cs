namespace EosMLNet.Plans;

/// <summary>
/// The decoder's layers as a search sees them: all tokens enter the first ones, and each site's count lasts for some of the rest.
/// </summary>
/// <param name="Model">The model's numbers.</param>
/// <param name="Sizes">The images. Counts are those of an image of their mean size.</param>
/// <param name="First">Layers in front of the first site.</param>
/// <param name="Spans">The number of layers that each site's count lasts for.</param>
public sealed record CountedLayers(PlanModel Model, ImageSizes Sizes, int First, IReadOnlyList<int> Spans)
{
    /// <summary>Visual tokens of an unreduced image, on average.</summary>
    public double VisualTokens { get; } = Sizes.Mean;

    /// <summary>One factor for each site: of so much a layer.</summary>
    /// <param name="factor">The factor of one layer.</param>
    public double[] EachLayer(double factor) => [.. Spans.Select(span => span * factor)];
}
