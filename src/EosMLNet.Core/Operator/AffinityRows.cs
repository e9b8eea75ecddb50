using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// The affinity S of I images' n tokens to each other, for a choice that looks at the rows of what it chooses, k of n. Where that saves a
/// CPU much, a row is computed when it is asked for, together with those that are likely to be asked for next; elsewhere all are, at once.
/// No gradient passes. The tensors belong to the dispose scope in which they are computed.
/// </summary>
internal sealed class AffinityRows
{
    private const int Block = 32; // rows at a time
    private const long Much = 1 << 26; // multiplications an image: some milliseconds

    private readonly int tokens;
    private readonly Func<int, int[], Tensor> compute; // rows of an image: (b, n), on the CPU
    private readonly Image[] images;
    private readonly Tensor? whole;

    // The rows that are known of an image, and where each token's stands among them: in which block, and where there; -1 for none.
    private sealed record Image(List<Tensor> Blocks, (int Block, int Row)[] Places);

    private AffinityRows(long images, long tokens, Func<int, int[], Tensor> compute)
    {
        (this.tokens, this.compute) = ((int)tokens, compute);
        this.images = [.. Enumerable.Range(0, (int)images).Select(_ => new Image([], [.. Enumerable.Repeat((-1, 0), (int)tokens)]))];
    }

    /// <summary>Of a matrix that is there.</summary>
    /// <param name="whole">S, symmetric, (I, n, n).</param>
    internal AffinityRows(Tensor whole) : this(whole.size(0), whole.size(1), OnHost(whole)) => this.whole = whole;

    /// <summary>Of tokens.</summary>
    /// <param name="input">The tokens.</param>
    /// <param name="affinity">What similarity is made of.</param>
    /// <param name="count">How many rows of an image are asked for.</param>
    internal static AffinityRows Of(SiteInput input, Affinity affinity, int count)
    {
        var (images, n, width) = (input.Tokens.size(0), input.Tokens.size(1), input.Tokens.size(2));
        if (input.Tokens.device_type != DeviceType.CPU || n * n * width < Much || 2 * count > n)
            return new(ReductionOperator.Affinity(input, affinity));
        return new(images, n, (image, rows) =>
            ReductionOperator.Affinity(Only(input, image), affinity, tensor(rows.Select(row => (long)row).ToArray(), [1, rows.Length]))
                .squeeze(0));
    }

    /// <summary>A token's affinity to each token of its image.</summary>
    /// <typeparam name="T">The type of S.</typeparam>
    /// <param name="image">The image.</param>
    /// <param name="token">The token.</param>
    /// <param name="worth">What tokens are worth to the choice: the higher, the sooner it will ask for their rows.</param>
    internal ReadOnlySpan<T> Row<T>(int image, int token, T[] worth) where T : unmanaged
    {
        var (blocks, places) = images[image];
        if (places[token].Block < 0)
        {
            var unknown = Enumerable.Range(0, tokens).Where(i => places[i].Block < 0 && i != token);
            int[] rows = whole is not null ? [.. Enumerable.Range(0, tokens)]
                : [token, .. unknown.OrderByDescending(i => worth[i]).Take(Block - 1)];
            foreach (var (i, row) in rows.Index())
                places[row] = (blocks.Count, i);
            blocks.Add(compute(image, rows));
        }
        var (at, within) = places[token];
        return MemoryMarshal.Cast<byte, T>(blocks[at].bytes).Slice(within * tokens, tokens);
    }

    /// <summary>The rows of tokens that have been asked for, (I, k, n).</summary>
    /// <param name="wanted">The tokens, (I, k), on the device of S.</param>
    /// <param name="places">The same as numbers, one image behind the other.</param>
    internal Tensor Rows(Tensor wanted, IEnumerable<long> places)
    {
        if (whole is not null)
            return whole.gather(1, wanted.unsqueeze(-1).expand(-1, -1, tokens));
        return stack([.. places.Chunk((int)wanted.size(1)).Zip(images, OfImage)]);
    }

    // All rows of an image, copied from the device once for all images.
    private static Func<int, int[], Tensor> OnHost(Tensor whole)
    {
        var onHost = whole.detach().cpu().contiguous();
        return (image, _) => onHost[image];
    }

    // (k, n)
    private static Tensor OfImage(long[] wanted, Image image)
    {
        int[] starts = [0, .. image.Blocks.Select(rows => (int)rows.size(0))];
        for (var i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        long[] rows = [.. wanted.Select(i => (long)starts[image.Places[i].Block] + image.Places[i].Row)];
        return cat(image.Blocks).index_select(0, tensor(rows));
    }

    private static SiteInput Only(SiteInput input, int image) => input with
    {
        Tokens = input.Tokens.narrow(0, image, 1),
        Keys = input.Keys?.narrow(0, image, 1),
        Index = input.Index.narrow(0, image, 1),
    };
}
