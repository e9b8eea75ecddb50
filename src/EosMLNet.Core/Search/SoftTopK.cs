using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Soft top-k whose values sum to k exactly: <c>p = σ((s + t)/T)</c> with one threshold t a row, so that <c>Σp = k</c>. k may be any real
/// number, and the gradients reach both the scores and k. As T goes to 0, p becomes the indicator of the k highest scores.
/// </summary>
public static class SoftTopK
{
    // Past this many temperatures from the threshold a sigmoid is 0 or 1 to the last digit of a double.
    private const double Saturation = 40;
    // Each halves the bracket: after 60 nothing of a double's precision is left to gain.
    private const int Bisections = 60;

    /// <summary>
    /// The soft selection. Its gradient is the exact Jacobian by the implicit function theorem, with <c>v = p(1−p)/T</c> and <c>V = Σv</c>:
    /// <c>∂p_i/∂s_j = v_i δ_ij − v_i v_j / V</c> and <c>∂p_i/∂k = v_i / V</c>; nothing is differentiated through the search for t.
    /// </summary>
    /// <param name="scores">(B, n), float32 or float64.</param>
    /// <param name="count">k, 0-dimensional, between 0 and the number of tokens that take part.</param>
    /// <param name="temperature">T, in units of the scores, positive.</param>
    /// <param name="alive">
    /// (B, n) of ones and zeros, or null for all ones. A token with 0 does not count in the sum; its own p says whether it would have been
    /// selected, which is what the gradient of an earlier selection wants to know.
    /// </param>
    /// <returns>p, (B, n).</returns>
    public static Tensor Select(Tensor scores, Tensor count, double temperature, Tensor? alive = null)
    {
        using var scope = NewDisposeScope();
        var s = scores.dtype == ScalarType.Float64 ? scores : scores.to_type(ScalarType.Float32);
        var k = count.to_type(s.dtype);
        Tensor p0, v, share, inverse;
        using (no_grad())
        {
            var weights = alive is null ? ones_like(s) : alive.to_type(s.dtype);
            var z = s.detach().Add(Threshold(s, k, temperature, weights)).Div(temperature);
            p0 = z.sigmoid();
            v = p0.mul(z.neg().sigmoid()).Div(temperature);                              // σ(z)σ(−z): 1 − p would lose the small values
            inverse = v.mul(weights).sum(-1, keepdim: true).Clamp(1e-30, 1e30).reciprocal();   // (B, 1), 1/V
            share = v.mul(weights).mul(inverse);                                          // (B, n), sums to 1
        }
        // A surrogate of value 0 that carries the Jacobian: dp = v (ds + dt), dt = dk/V − Σ v ds / V.
        var ds = s.sub(s.detach());                                                       // (B, n)
        var dk = k.sub(k.detach());                                                       // ()
        var dt = dk.mul(inverse).sub(share.mul(ds).sum(-1, keepdim: true));               // (B, 1)
        return p0.Add(v.mul(ds.Add(dt))).MoveToOuterDisposeScope();
    }

    // t of each row, (B, 1), by bisection in float64.
    private static Tensor Threshold(Tensor scores, Tensor count, double temperature, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var s = scores.detach().to_type(ScalarType.Float64);
        var w = weights.to_type(ScalarType.Float64);
        var k = count.detach().to_type(ScalarType.Float64);
        var low = s.amax([-1], keepdim: true).neg().Add(-Saturation * temperature);
        var high = s.amin([-1], keepdim: true).neg().Add(Saturation * temperature);
        for (var i = 0; i < Bisections; i++)
        {
            using var inner = NewDisposeScope();
            var middle = low.Add(high).Div(2);
            var tooMany = s.Add(middle).Div(temperature).sigmoid().mul(w).sum(-1, keepdim: true).gt(k);
            (low, high) = (where(tooMany, low, middle).MoveToOuterDisposeScope(), where(tooMany, middle, high).MoveToOuterDisposeScope());
        }
        return low.Add(high).Div(2).to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
