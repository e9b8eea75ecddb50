using EosMLNet.Execution;

namespace EosMLNet.Tool.Report.Contents;

/// <summary>Where each token of an unreduced image is from a decoder layer on, until the next stage.</summary>
/// <param name="Layer">The first layer that sees them so.</param>
/// <param name="To">For each token, which token it is in now: itself where it is kept, −1 where it is dropped. A token that is divided
/// among several is in the one that has most of it.</param>
/// <param name="Part">How much of each token is there, in percent of it.</param>
/// <param name="Mass">How many tokens each one stands for; 0 for those that are gone.</param>
internal sealed record TokenStage(int Layer, IReadOnlyList<int> To, IReadOnlyList<int> Part, IReadOnlyList<double> Mass)
{
    private const double Least = 0.005; // of a token; less is gone

    /// <summary>The stages of one image, in the order of their layers; what several sites in front of one layer leave is one.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="traces">What the image's tokens are made of, at each site.</param>
    internal static IReadOnlyList<TokenStage> Of(ReductionPlan plan, IEnumerable<TokenTrace> traces) =>
        [.. traces.Select(trace => Of(trace, trace.Site < 0 ? 0 : plan.Sites[trace.Site].Layer))
            .GroupBy(stage => stage.Layer, (_, stages) => stages.Last())];

    private static TokenStage Of(TokenTrace trace, int layer)
    {
        var all = trace.Layout.Count;
        var (to, best, mass) = (new int[all], new double[all], new double[all]);
        Array.Fill(to, -1);
        foreach (var (token, place) in trace.Places.Index())
        {
            mass[place] = Math.Round(trace.Mass[token], 2);
            for (var from = 0; from < all; from++)
            {
                var part = (double)trace.Mass[token] * trace.Parts[token * all + from];
                if (part > Math.Max(best[from], Least))
                    (best[from], to[from]) = (part, place);
            }
        }
        foreach (var place in trace.Places)
            (to[place], best[place]) = (place, Math.Max(best[place], Least));
        return new(layer, to, [.. best.Select(part => (int)Math.Round(100 * Math.Min(1, part)))], mass);
    }
}
