namespace Benchmarks.Quality;

/// <summary>All hand-made methods but the random one, each as the function that makes its plan for a budget.</summary>
internal static class Presets
{
    internal static readonly IReadOnlyList<(string Name, Func<PlanModel, double, ReductionPlan> Plan)> All =
        [.. Preset.All.Where(preset => preset.Name != "random").Select(preset => (preset.Title, (Func<PlanModel, double, ReductionPlan>)preset.Plan))];
}
