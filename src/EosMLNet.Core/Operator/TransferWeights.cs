using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>W: how giving tokens divide themselves among receivers. I images, m giving tokens, k receivers.</summary>
internal static class TransferWeights
{
    // Below any affinity over any temperature, yet finite: a softmax over nothing but minus infinities is not a number.
    private const double Forbidden = -1e30;

    /// <summary>
    /// softmax(S/τ) over the allowed receivers. τ = 0 takes the most similar (the first of equals), τ = ∞ all alike. Rows sum to 1, or to 0
    /// where no receiver is allowed.
    /// </summary>
    /// <param name="affinity">S, (I, m, k).</param>
    /// <param name="allowed">The mask, (I, m, k), or <see langword="null"/>.</param>
    /// <param name="corner">The number τ, which tells the corners 0 and ∞ from what lies between.</param>
    /// <param name="temperature">τ as a 0-dimensional tensor, read between the corners.</param>
    internal static Tensor Of(Tensor affinity, Tensor? allowed, double corner, Tensor temperature)
    {
        using var scope = NewDisposeScope();
        var masked = allowed is null ? affinity : affinity.MaskedFill(allowed.logical_not(), Forbidden);
        var weights = corner switch
        {
            0 => FirstHighest(masked),
            double.PositiveInfinity => Uniform(affinity, allowed),
            _ => masked.div(temperature).softmax(-1),
        };
        if (allowed is not null)
            weights = weights * allowed.to_type(weights.dtype);
        return weights.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same among all n tokens of an image, where a mask with a gradient says which of them receive. Nothing is given to oneself.
    /// </summary>
    /// <param name="affinity">S, (I, n, n).</param>
    /// <param name="present">1 for tokens that receive, else 0, (I, n).</param>
    /// <param name="corner">The number τ.</param>
    /// <param name="temperature">τ as a 0-dimensional tensor.</param>
    internal static Tensor Masked(Tensor affinity, Tensor present, double corner, Tensor temperature)
    {
        using var scope = NewDisposeScope();
        var self = eye(affinity.size(1), dtype: ScalarType.Bool, device: affinity.device);
        var receives = present.unsqueeze(1).expand_as(affinity).MaskedFill(self, 0);                       // (I, n, n)
        var closed = receives.detach().Lt(0.5);
        if (corner == 0)
            return Of(affinity, closed.logical_not(), 0, temperature).MoveToOuterDisposeScope();
        var weights = double.IsPositiveInfinity(corner) ? receives : Exponential().mul(receives);
        return weights.div(weights.sum(-1, keepdim: true).Clamp(1e-12, 1e30)).MoveToOuterDisposeScope();

        // A token that is gone may be more similar than all that receive, and one is most similar to itself. Clamped, its gradient has a
        // bound.
        Tensor Exponential()
        {
            var exponent = affinity.div(temperature);
            var best = exponent.MaskedFill(closed, double.NegativeInfinity).amax([-1], keepdim: true);
            return exponent.sub(best).Clamp(-1e30, 0).exp();
        }
    }

    /// <summary>1 for the <paramref name="count"/> tokens most similar to each anchor, itself apart; 0 for the others, (I, n, k).</summary>
    /// <param name="affinity">S, (I, n, k).</param>
    /// <param name="allowed">The mask, (I, n, k), or <see langword="null"/>.</param>
    /// <param name="anchors">Positions of the receivers, (I, k).</param>
    /// <param name="count">How many.</param>
    internal static Tensor Nearest(Tensor affinity, Tensor? allowed, Tensor anchors, int count)
    {
        var open = Scalars.Arange(affinity.size(1), affinity.device).view(1, -1, 1).ne(anchors.unsqueeze(1));
        if (allowed is not null)
            open = open.logical_and(allowed);
        var order = affinity.detach().MaskedFill(open.logical_not(), Forbidden).sort(1, descending: true, stable: true).Indices;
        var nearest = order.narrow(1, 0, Math.Min(count, affinity.size(1)));                               // (I, count, k)
        return zeros_like(affinity).scatter(1, nearest, ones_like(nearest).to_type(affinity.dtype)) * open.to_type(affinity.dtype);
    }

    /// <summary>
    /// The first position of each row at which a mask is true, (…, n) bool to (…, 1) int64; the last position where it is true nowhere.
    /// </summary>
    internal static Tensor First(Tensor mask)
    {
        var last = Scalars.Full(mask.size(-1) - 1, [], ScalarType.Int64, mask.device);
        return where(mask, Scalars.Arange(mask.size(-1), mask.device), last).amin([-1], keepdim: true);
    }

    private static Tensor FirstHighest(Tensor x) =>
        Scalars.Arange(x.size(-1), x.device).eq(First(x.eq(x.amax([-1], keepdim: true)))).to_type(x.dtype); // (I, m, k)

    private static Tensor Uniform(Tensor like, Tensor? allowed)
    {
        if (allowed is null)
            return ones_like(like).Div(like.size(-1));
        var open = allowed.to_type(like.dtype);
        var count = open.sum(-1, keepdim: true);
        return open / count.MaskedFill(count.Eq(0), 1);
    }
}
