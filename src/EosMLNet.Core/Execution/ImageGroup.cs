using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// Images of one batch that are alike: the same layout, and so the same number of visual tokens at every site. The operator runs on a group
/// at once; most batches have one.
/// </summary>
/// <param name="Layout">How the tokens of each unreduced image lie.</param>
/// <param name="Images">The images, as places among all of the batch.</param>
/// <param name="IsWhole">Whether they are all images of the batch.</param>
internal sealed record ImageGroup(VisualLayout Layout, IReadOnlyList<int> Images, bool IsWhole)
{
    /// <summary>The groups of a batch's images, in the order in which they first occur.</summary>
    internal static IReadOnlyList<ImageGroup> Of(IReadOnlyList<VisualLayout> layouts)
    {
        var groups = layouts.Select((layout, image) => (layout, image)).GroupBy(x => x.layout, x => x.image).ToArray();
        return [.. groups.Select(group => new ImageGroup(group.Key, [.. group], groups.Length == 1))];
    }

    /// <summary>Where the group's tokens stand among those of all images, one image behind the other: (g, n), int64.</summary>
    /// <param name="counts">The number of tokens that each image of the batch has now.</param>
    /// <param name="device">Where the result is wanted.</param>
    internal Tensor Places(IReadOnlyList<int> counts, Device device)
    {
        var starts = new long[counts.Count + 1];
        for (var image = 0; image < counts.Count; image++)
            starts[image + 1] = starts[image] + counts[image];
        return tensor(Images.SelectMany(image => Range(starts[image], counts[image])).ToArray(), [Images.Count, counts[Images[0]]])
            .Upload(device);

        static IEnumerable<long> Range(long start, int count) => Enumerable.Range(0, count).Select(i => start + i);
    }

    /// <summary>The group's part of something that all tokens have, (N, …) to (g, n, …).</summary>
    /// <param name="all">Of all tokens, (N, …).</param>
    /// <param name="places">The group's, (g, n).</param>
    internal Tensor Of(Tensor all, Tensor places)
    {
        long[] shape = [.. places.shape, .. all.shape[1..]];
        return IsWhole ? all.view(shape) : all.index_select(0, places.flatten()).view(shape);
    }
}
