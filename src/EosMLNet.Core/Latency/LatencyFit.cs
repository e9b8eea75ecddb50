namespace EosMLNet.Latency;

/// <summary>
/// Fits the parts of a profile to whole prefills: the rest, one factor for all layers and one for all sites, by least squares of relative
/// errors. Parts that are timed one by one say how time depends on tokens. Only whole prefills tell the sum: caches and allocator are then
/// in another state.
/// </summary>
internal static class LatencyFit
{
    // How firmly a factor is held at 1, in relative errors: where the plans do not tell the parts apart, the parts' own measurement stands.
    private const double Firmness = 0.05;
    private const double LeastScale = 0.2, LargestScale = 5;
    private const int Sweeps = 2000;

    /// <summary>The profile with its parts fitted; its own rest and factors are not read.</summary>
    internal static LatencyProfile Apply(LatencyProfile parts, IReadOnlyList<(ReductionPlan Plan, double Seconds)> prefills)
    {
        var bare = parts with { Rest = 0 };
        double[] layers = [.. prefills.Select(x => WithoutSites(bare).Predict(x.Plan))],
            sites = [.. prefills.Select((x, i) => bare.Predict(x.Plan) - layers[i])];
        double[][] columns = [[.. layers.Select(_ => 1.0)], layers, sites];
        double[] scales = [0, 1, 1], weights = [.. prefills.Select(x => 1 / (x.Seconds * x.Seconds))];
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var c = 0; c < scales.Length; c++)
            {
                var firmness = c == 0 ? 0 : Firmness * Firmness;
                var (top, bottom) = (firmness, firmness);
                for (var i = 0; i < prefills.Count; i++)
                {
                    var left = prefills[i].Seconds - Enumerable.Range(0, scales.Length).Where(other => other != c)
                        .Sum(other => scales[other] * columns[other][i]);
                    top += weights[i] * columns[c][i] * left;
                    bottom += weights[i] * columns[c][i] * columns[c][i];
                }
                scales[c] = c == 0 ? Math.Max(0, top / bottom) : Math.Clamp(top / bottom, LeastScale, LargestScale);
            }
        }
        var fitted = Scaled(parts, scales[1], scales[2]) with { Rest = scales[0], LayerScale = scales[1], SiteScale = scales[2] };
        return fitted with { Residual = prefills.Max(x => Math.Abs(fitted.Predict(x.Plan) / x.Seconds - 1)) };
    }

    private static LatencyProfile Scaled(LatencyProfile parts, double layers, double sites)
    {
        return parts with
        {
            Layer = Times(layers)(parts.Layer),
            WeightedLayer = Times(layers)(parts.WeightedLayer),
            Sites = parts.Sites.ToDictionary(x => x.Key, x => (IReadOnlyList<IReadOnlyList<double>>)[.. x.Value.Select(Times(sites))]),
            Criteria = parts.Criteria.ToDictionary(x => x.Key, x => Times(sites)(x.Value)),
            Nearest = Times(sites)(parts.Nearest),
            Reweight = Times(sites)(parts.Reweight),
            ProportionalAttention = Times(sites)(parts.ProportionalAttention),
        };

        static Func<IReadOnlyList<double>, IReadOnlyList<double>> Times(double factor) => row => [.. row.Select(x => x * factor)];
    }

    private static LatencyProfile WithoutSites(LatencyProfile parts) => Scaled(parts, 1, 0);
}
