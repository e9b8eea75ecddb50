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
    // Far more steps than are needed: where a Newton step leaves the bracket it is halved, and 60 halvings leave nothing of a double.
    private const int MostSteps = 100;
    // A step of so many temperatures changes no digit of what is selected.
    private const double Converged = 1e-13;

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

    // t of each row, (B, 1). The host finds it, row by row: on a device it would be hundreds of tiny operations.
    private static Tensor Threshold(Tensor scores, Tensor count, double temperature, Tensor weights)
    {
        using var scope = NewDisposeScope();
        var all = cat([.. new[] { scores, weights, count }.Select(part => part.detach().to_type(ScalarType.Float64).flatten())]);
        var read = all.cpu().data<double>().ToArray(); // one read for the three
        var (s, w, k, n) = (read[..(read.Length / 2)], read[(read.Length / 2)..^1], read[^1], (int)scores.size(-1));
        double[] found = [.. s.Chunk(n).Zip(w.Chunk(n), (row, of) => Threshold(row, of, k, temperature))];
        return tensor(found, [found.Length, 1], scores.dtype).Upload(scores.device).MoveToOuterDisposeScope();
    }

    // Newton's method in a bracket.
    private static double Threshold(double[] scores, double[] weights, double count, double temperature)
    {
        var (low, high) = (-scores.Max() - Saturation * temperature, -scores.Min() + Saturation * temperature);
        var t = (low + high) / 2;
        for (var i = 0; i < MostSteps; i++)
        {
            double sum = 0, slope = 0;
            for (var j = 0; j < scores.Length; j++)
            {
                var p = 1 / (1 + Math.Exp(-(scores[j] + t) / temperature));
                sum += weights[j] * p;
                slope += weights[j] * p * (1 - p);
            }
            (low, high) = sum > count ? (low, t) : (t, high);
            var next = t - (sum - count) * temperature / slope;
            if (!(next > low && next < high))
                next = (low + high) / 2;
            var step = Math.Abs(next - t);
            t = next;
            if (step <= Converged * temperature)
                break;
        }
        return t;
    }
}
