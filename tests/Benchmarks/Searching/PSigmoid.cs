namespace Benchmarks.Searching;

/// <summary>
/// The schedule family of P-Sigmoid (arXiv:2412.00556): the share kept falls with depth as a sigmoid of two parameters, rescaled to the budget as in AutoPrune (arXiv:2509.23931);
/// a third parameter mixes the two published scores.
/// </summary>
internal static class PSigmoid
{
    internal const int Dimensions = 3;
    private const double SlowestFall = 0.1, FastestFall = 10;

    /// <summary>The plan of a point of the unit cube: midpoint, steepness, share of the text's attention in the score.</summary>
    internal static ReductionPlan Plan(PlanModel model, double budget, double[] point)
    {
        var midpoint = -1 + point[0] * (model.Layers + 1);
        var steepness = SlowestFall * Math.Pow(FastestFall / SlowestFall, point[1]);
        return PublishedPruning.Plan(model, Shape(model.Layers, midpoint, steepness), budget, point[2]);
    }

    private static double[] Shape(int layers, double midpoint, double steepness) =>
        [.. Enumerable.Range(0, layers).Select(layer => 1 / (1 + Math.Exp(steepness * (layer - midpoint))))];
}
