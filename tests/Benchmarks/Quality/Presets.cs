namespace Benchmarks.Quality;

/// <summary>All hand-made methods, each as the function that makes its plan for a budget.</summary>
internal static class Presets
{
    internal static readonly IReadOnlyList<(string Name, Func<PlanModel, double, ReductionPlan> Plan)> All =
    [
        ("stride", Baselines.Stride),
        ("2-D pool", Baselines.AveragePool),
        ("ToMe", Baselines.ToMe),
        ("DivPrune", Baselines.DivPrune),
        ("FastV", Baselines.FastV),
        ("PyramidDrop", Baselines.PyramidDrop),
        ("SparseVLM v1", Baselines.SparseVlm1),
        ("SparseVLM v2", Baselines.SparseVlm2),
        ("DART", Baselines.Dart),
        ("VisionZip", Baselines.VisionZip),
        ("PruMerge", Baselines.PruMerge),
        ("PruMerge+", Baselines.PruMergePlus),
        ("ToMe (tower)", Baselines.ToMeTower),
    ];
}
