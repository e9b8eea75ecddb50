namespace Benchmarks.Backbones;

/// <summary>How a method answers.</summary>
/// <param name="Method">The method's name in tables.</param>
/// <param name="Kind">Unreduced, preset or EOS.</param>
/// <param name="Seed">The search's seed; 0 where there is none.</param>
/// <param name="Share">Mean visual tokens a layer, as a part of the unreduced image's, over the test images.</param>
/// <param name="Accuracy">The mean of the families, over all images.</param>
/// <param name="BySize">The same over the images of each size.</param>
/// <param name="ByFamily">Accuracy by question family, over all images.</param>
/// <param name="Plan">What the plan's sites do, in a few words.</param>
/// <param name="Seconds">What the search took; 0 where there is none.</param>
internal sealed record BackboneRow(string Method, string Kind, int Seed, double Share, double Accuracy, IReadOnlyDictionary<string, double> BySize,
    IReadOnlyDictionary<string, double> ByFamily, string Plan, double Seconds);
