using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// Images of one batch that are alike: the same layout, and so the same number of visual tokens at every site. The operator runs on a group
/// at once; most batches have one. On a CPU large images stand in groups of few, since temporaries of many would leave its caches
/// (see <see cref="RowChunks"/>).
/// </summary>
/// <param name="Layout">How the tokens of each unreduced image lie.</param>
/// <param name="Images">The images, as places among all of the batch.</param>
/// <param name="IsWhole">Whether they are all images of the batch.</param>
internal sealed record ImageGroup(VisualLayout Layout, IReadOnlyList<int> Images, bool IsWhole)
{
    private const long Large = 16 << 20; // bytes of a group's tokens in float32

    /// <summary>The groups of a batch's images, in the order in which they first occur.</summary>
    /// <param name="layouts">The images.</param>
    /// <param name="width">Width of the model.</param>
    /// <param name="device">Where the operator runs.</param>
    internal static IReadOnlyList<ImageGroup> Of(IReadOnlyList<VisualLayout> layouts, long width, Device device)
    {
        var groups = layouts.Select((layout, image) => (layout, image)).GroupBy(x => x.layout, x => x.image)
            .SelectMany(alike => alike.Chunk(Most(alike.Key)).Select(images => (alike.Key, images))).ToArray();
        return [.. groups.Select(group => new ImageGroup(group.Key, group.images, groups.Length == 1))];

        int Most(VisualLayout layout) =>
            device.type == DeviceType.CPU ? (int)Math.Max(1, Large / (layout.Count * width * sizeof(float))) : layouts.Count;
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
