using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Reduction;

/// <summary>
/// Maximal marginal relevance (J. Carbonell, J. Goldstein: The use of MMR, SIGIR 1998): anchors are chosen one after another, each time the token whose score exceeds most what it
/// has in common with the anchors chosen before it, <c>s_i − δ max_a S_ia</c>. δ = 0 takes the k highest scores; as δ grows, scores count for less against distance.
/// I images of n tokens.
/// </summary>
internal static class MarginalRelevance
{
    /// <summary>The anchors in the order of their choice, (I, k); the lower position wins ties. No gradient passes.</summary>
    /// <param name="score">s, (I, n).</param>
    /// <param name="similarity">S of each token to each other, symmetric, (I, n, n).</param>
    /// <param name="diversity">δ, 0-dimensional.</param>
    /// <param name="count">k.</param>
    /// <param name="present">Which tokens can be chosen, (I, n) bool, at least k an image; <see langword="null"/> for all.</param>
    internal static Tensor Choose(Tensor score, Tensor similarity, Tensor diversity, int count, Tensor? present = null)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // What a token's score exceeds if the row's token is the anchor most similar to it.
        var beyond = score.unsqueeze(1).sub(similarity.mul(diversity));                                     // (I, n, n)
        var worth = present is null ? score : score.Filled(present.logical_not(), double.NegativeInfinity);
        // Before the first anchor nothing counts against a score; the least that can is what follows it is measured from.
        worth = worth.sub(Least(similarity).mul(diversity));
        var gone = Scalars.Constant(double.NegativeInfinity, [score.size(0), 1], score.dtype, score.device);
        var chosen = new List<Tensor>();
        for (var i = 0; i < count; i++)
        {
            var next = worth.argmax(1, keepdim: true);                                                      // (I, 1)
            chosen.Add(next);
            worth = worth.minimum(beyond.gather(1, next.unsqueeze(-1).expand(-1, -1, beyond.size(2))).squeeze(1)).scatter(1, next, gone);
        }
        return cat(chosen, 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What each token has in common with the anchors chosen before it, (I, n): the similarity to the most similar one. For the first anchor it is the image's least similarity,
    /// so that the worth of later ones never exceeds that of earlier ones.
    /// </summary>
    /// <param name="similarity">S, (I, n, n).</param>
    /// <param name="order">The anchors in the order of their choice, (I, k).</param>
    internal static Tensor Redundancy(Tensor similarity, Tensor order)
    {
        using var scope = NewDisposeScope();
        var (n, k) = (similarity.size(1), order.size(1));
        var places = Scalars.Range(k, order.device).expand_as(order);                                       // (I, k)
        var turn = Scalars.Constant(k, [order.size(0), n], ScalarType.Int64, order.device).scatter(1, order, places);   // (I, n): k for those that were not chosen
        var before = places.unsqueeze(1).lt(turn.unsqueeze(-1));                                            // (I, n, k)
        var toAnchors = similarity.gather(2, order.unsqueeze(1).expand(-1, n, -1));                         // (I, n, k)
        var most = toAnchors.Filled(before.logical_not(), double.NegativeInfinity).amax([-1]);              // (I, n)
        return where(turn.EqualTo(0), Least(similarity), most).MoveToOuterDisposeScope();
    }

    private static Tensor Least(Tensor similarity) => similarity.amin([1, 2], keepdim: true).squeeze(-1);   // (I, 1)
}
