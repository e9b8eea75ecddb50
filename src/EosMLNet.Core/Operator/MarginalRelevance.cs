using System.Numerics;
using System.Runtime.InteropServices;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>
/// Maximal marginal relevance (J. Carbonell, J. Goldstein: The use of MMR, SIGIR 1998): anchors are chosen one after another, each time the
/// token whose score exceeds most what it has in common with the anchors chosen before it, <c>s_i − δ max_a S_ia</c>. δ = 0 takes the k
/// highest scores; as δ grows, scores count for less against distance. I images of n tokens.
/// </summary>
internal static class MarginalRelevance
{
    /// <summary>The anchors in the order of their choice, (I, k); the lower position wins ties. No gradient passes.</summary>
    /// <param name="score">s, (I, n), float32 or float64.</param>
    /// <param name="similarity">S of each token to each other, symmetric, (I, n, n), of the same type.</param>
    /// <param name="diversity">δ.</param>
    /// <param name="count">k.</param>
    /// <param name="present">Which tokens can be chosen, (I, n) bool; <see langword="null"/> for all. Where an image has fewer than k,
    /// others follow.</param>
    internal static Tensor Choose(Tensor score, Tensor similarity, double diversity, int count, Tensor? present = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var worth = present is null ? score : score.MaskedFill(present.logical_not(), double.NegativeInfinity);
        var places = Places(worth, new AffinityRows(similarity), diversity, count);
        return tensor(places, [score.size(0), count]).Upload(score.device).MoveToOuterDisposeScope();
    }

    /// <summary>The same as numbers, one image behind the other.</summary>
    /// <param name="score">s, (I, n), float32 or float64.</param>
    /// <param name="similarity">S, of the same type.</param>
    /// <param name="diversity">δ.</param>
    /// <param name="count">k.</param>
    // Each choice waits for the one before it: thousands of tiny steps, which the host makes faster than any device could start them.
    internal static long[] Places(Tensor score, AffinityRows similarity, double diversity, int count) => score.dtype == ScalarType.Float64
        ? OnHost<double>(score, similarity, diversity, count) : OnHost<float>(score, similarity, (float)diversity, count);

    /// <summary>
    /// The similarity of each token to the most similar anchor that was chosen before it, (I, n). The first anchor has the image's least
    /// similarity. So no later anchor is worth more than an earlier one.
    /// </summary>
    /// <param name="similarity">S, (I, n, n).</param>
    /// <param name="order">The anchors in the order of their choice, (I, k).</param>
    internal static Tensor Redundancy(Tensor similarity, Tensor order)
    {
        using var scope = NewDisposeScope();
        var (n, k) = (similarity.size(1), order.size(1));
        var places = Scalars.Arange(k, order.device).expand_as(order);                                       // (I, k)
        // (I, n): k for those that were not chosen
        var turn = Scalars.Full(k, [order.size(0), n], ScalarType.Int64, order.device).scatter(1, order, places);
        var before = places.unsqueeze(1).lt(turn.unsqueeze(-1));                                            // (I, n, k)
        var toAnchors = similarity.gather(2, order.unsqueeze(1).expand(-1, n, -1));                         // (I, n, k)
        var most = toAnchors.MaskedFill(before.logical_not(), double.NegativeInfinity).amax([-1]);              // (I, n)
        var least = similarity.amin([1, 2], keepdim: true).squeeze(-1);                                     // (I, 1)
        return where(turn.Eq(0), least, most).MoveToOuterDisposeScope();
    }

    private static long[] OnHost<T>(Tensor score, AffinityRows similarity, T diversity, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var onHost = score.cpu();
        using var scores = onHost.contiguous();
        var (images, n) = ((int)score.size(0), (int)score.size(1));
        var chosen = new long[images * count];
        var (worth, taken) = (new T[n], new bool[n]);
        for (var image = 0; image < images; image++)
        {
            var s = MemoryMarshal.Cast<byte, T>(scores.bytes).Slice(image * n, n);
            s.CopyTo(worth);
            Array.Clear(taken);
            for (var i = 0; i < count; i++)
            {
                var next = Best(worth, taken);
                (chosen[image * count + i], taken[next]) = (next, true);
                Lower(worth, s, similarity.Row(image, next, worth), diversity, first: i == 0);
            }
        }
        return chosen;
    }

    private static int Best<T>(ReadOnlySpan<T> worth, ReadOnlySpan<bool> taken) where T : IFloatingPointIeee754<T>
    {
        var best = -1;
        for (var i = 0; i < worth.Length; i++)
        {
            if (!taken[i] && (best < 0 || worth[i] > worth[best]))
                best = i;
        }
        return best;
    }

    // Before the first anchor nothing counts against a score.
    private static void Lower<T>(Span<T> worth, ReadOnlySpan<T> score, ReadOnlySpan<T> toNext, T diversity, bool first)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < worth.Length; i++)
        {
            var beyond = score[i] - toNext[i] * diversity;
            worth[i] = first || beyond < worth[i] ? beyond : worth[i];
        }
    }
}
