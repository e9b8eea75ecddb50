using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// A limit on the predicted latency. Each site is charged as the dearest one that the settings allow. A site that drops nothing is no part
/// of a plan and costs nothing. Its price comes in evenly between none and one token dropped, and so does that of weighted attention behind
/// the first site. So the latency is continuous and piecewise smooth, and of whole counts never below the prediction for their plan. It may
/// fall as a count rises, unlike the ledger: a count as high as the one before means that the site is gone.
/// </summary>
/// <param name="Measure">The unit of the limit.</param>
/// <param name="Limit">The most that it may be.</param>
/// <param name="Profile">The measurements.</param>
/// <param name="VisualTokens">Visual tokens in front of the first site.</param>
/// <param name="FirstLayer">Layers in front of the first site.</param>
/// <param name="Sites">The dearest site in each place.</param>
/// <param name="Spans">How many layers each site's count lasts for.</param>
internal sealed record LatencyConstraint(
    LatencyKind Measure, double Limit, LatencyProfile Profile, int VisualTokens, int FirstLayer, IReadOnlyList<ReductionSite> Sites,
    IReadOnlyList<int> Spans) : CountConstraint(Measure, Limit)
{
    // Of a second, in what the limit is given in.
    private double Unit { get; } = Measure.OfSecond(Profile.Unreduced(FirstLayer + Spans.Sum()));

    internal override double Of(IReadOnlyList<double> counts) => Seconds(counts, new double[counts.Count]) * Unit;

    /// <summary>By how much each count raises what is spent.</summary>
    internal double[] Gradient(IReadOnlyList<double> counts)
    {
        var gradient = new double[counts.Count];
        Seconds(counts, gradient);
        return [.. gradient.Select(x => x * Unit)];
    }

    internal override Tensor Excess(IReadOnlyList<Tensor> counts)
    {
        using var scope = NewDisposeScope();
        var numbers = stack([.. counts]).Numbers();
        // Linear around the present counts: the value and the gradient are those of the function.
        var rise = counts.Zip(Gradient(numbers), (k, slope) => k.Mul(slope / Limit)).ToArray();
        var sum = stack(rise).sum();
        return sum.Add(Excess(numbers) - sum.Number()).MoveToOuterDisposeScope();
    }

    private double Seconds(IReadOnlyList<double> counts, double[] gradient)
    {
        var seconds = Profile.Rest + FirstLayer * Profile.LayerAt(VisualTokens, weighted: false).Value;
        double entering = VisualTokens;
        for (var i = 0; i < counts.Count; i++)
        {
            var kept = counts[i];
            var (there, appearing) = Ramp(entering - kept);
            if (there > 0)
            {
                var (price, byEntering, byKept) = Profile.SiteAt(Sites[i], entering, kept);
                seconds += there * price;
                gradient[i] += there * byKept - appearing * price;
                if (i > 0)
                    gradient[i - 1] += there * byEntering + appearing * price;
            }
            var (layer, slope) = Profile.LayerAt(kept, weighted: false);
            seconds += Spans[i] * layer;
            gradient[i] += Spans[i] * slope;
            if (Sites[i].ProportionalAttention > 0)
            {
                var (reduced, reducing) = Ramp(VisualTokens - kept);
                var (weighted, weightedSlope) = Profile.LayerAt(kept, weighted: true);
                seconds += Spans[i] * reduced * (weighted - layer);
                gradient[i] += Spans[i] * (reduced * (weightedSlope - slope) - reducing * (weighted - layer));
            }
            entering = kept;
        }
        return seconds;
    }

    // How much of a site is there that drops so many tokens, and how that rises.
    private static (double Part, double Slope) Ramp(double dropped) => dropped <= 0 ? (0, 0) : dropped < 1 ? (dropped, 1) : (1, 0);
}
