namespace Benchmarks.Searching;

/// <summary>
/// Every plan that published scores allow, as points of the unit cube: each layer's count, the mixture of scores, how much likeness counts against it, whether dropped tokens vanish or hand their content on, and how.
/// The space of the gradient search but for its learned scores.
/// </summary>
internal static class FreePlans
{
    private const double Sharpest = 0.02, Softest = 5, MostDiverse = 4;

    /// <summary>Numbers of a point: a count for each layer, the text's share, γ, τ and proportional attention for each layer after a number that says whether they are used at all, and δ for each layer.</summary>
    internal static int Dimensions(PlanModel model) => 5 * model.Layers + 2;

    /// <summary>The plan of a point.</summary>
    internal static ReductionPlan Plan(PlanModel model, double budget, double[] point)
    {
        var layers = model.Layers;
        // Log-uniform counts in falling order.
        double[] shape = [.. point[..layers].Select(u => Math.Pow(model.VisualTokens, u)).OrderDescending()];
        var transfers = point[layers + 1] < 0.5;
        return PublishedPruning.Plan(model, shape, budget, point[layers], site => Transferring(site) with { Diversity = MostDiverse * point[4 * layers + 2 + site.Layer] });

        ReductionSite Transferring(ReductionSite site) => !transfers ? site : site with
        {
            Transfer = point[layers + 2 + site.Layer],
            Temperature = Sharpest * Math.Pow(Softest / Sharpest, point[2 * layers + 2 + site.Layer]),
            ProportionalAttention = point[3 * layers + 2 + site.Layer],
        };
    }
}
