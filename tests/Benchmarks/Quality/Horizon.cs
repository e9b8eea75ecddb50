namespace Benchmarks.Quality;

/// <summary>
/// How deep visual tokens are needed: in front of each layer in turn all but one leave. The one is in the middle of the image.
/// </summary>
internal static class Horizon
{
    internal const string Section = "horizon";

    /// <summary>What may be lost behind the horizon, as a share of right answers.</summary>
    internal const double Loss = 0.005;

    /// <summary>A trial for each layer.</summary>
    internal static IReadOnlyList<Trial> All(Workbench bench) => [.. Enumerable.Range(0, bench.Model.LayerCount).Select(layer => At(bench, layer))];

    private static Trial At(Workbench bench, int layer)
    {
        var plan = bench.Fit(ReductionPlan.Create(bench.PlanModel, [ReductionPresets.Stride(1)[0] with { Layer = layer }]));
        return new()
        {
            Section = Section, Budget = (int)Math.Ceiling(bench.LedgerOf(plan).Mean), Method = $"one token from layer {layer} on", Kind = MethodKind.Preset,
            Find = _ => new Found(plan),
        };
    }
}
