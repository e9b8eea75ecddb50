namespace EosMLNet.Tool.Report;

/// <summary>Hand-made methods that a report compares a plan with, at the plan's own budget.</summary>
internal static class ReportPresets
{
    internal const string Default = "stride,tome,divprune,fastv", All = "all", None = "none";

    private static readonly IReadOnlyList<(string Option, string Name, Func<PlanModel, double, ReductionPlan> Plan)> Known =
    [
        ("random", "random", (model, budget) => Baselines.Random(model, budget, seed: 1)),
        ("stride", "stride", Baselines.Stride),
        ("average-pool", "2-D pool", Baselines.AveragePool),
        ("tome", "ToMe", Baselines.ToMe),
        ("divprune", "DivPrune", Baselines.DivPrune),
        ("fastv", "FastV", Baselines.FastV),
        ("pyramiddrop", "PyramidDrop", Baselines.PyramidDrop),
        ("sparsevlm1", "SparseVLM v1", Baselines.SparseVlm1),
        ("sparsevlm2", "SparseVLM v2", Baselines.SparseVlm2),
        ("dart", "DART", Baselines.Dart),
        ("visionzip", "VisionZip", Baselines.VisionZip),
        ("prumerge", "PruMerge", Baselines.PruMerge),
        ("prumerge-plus", "PruMerge+", Baselines.PruMergePlus),
        ("tome-tower", "ToMe (tower)", Baselines.ToMeTower),
    ];

    /// <summary>What an option may name.</summary>
    internal static string Names => string.Join(", ", Known.Select(preset => preset.Option));

    /// <summary>The presets that are named, at a budget; what a model has no place for is left out, with a sentence why.</summary>
    /// <param name="names">all, none, or names between commas.</param>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens a layer.</param>
    /// <exception cref="EosException">EOS1013: there is no preset of a name. EOS4002, EOS4001: one that is named does not fit the
    /// model.</exception>
    internal static (IReadOnlyList<(string Name, ReductionPlan Plan)> Plans, IReadOnlyList<string> LeftOut) Of(
        string names, PlanModel model, double meanTokens)
    {
        var (chosen, isNamed) = Chosen(names);
        var plans = new List<(string, ReductionPlan)>();
        var leftOut = new List<string>();
        foreach (var (_, name, make) in chosen)
        {
            try
            {
                plans.Add((name, make(model, meanTokens)));
            }
            catch (EosException e) when (!isNamed)
            {
                leftOut.Add($"{name}: {e.Detail}");
            }
        }
        return (plans, leftOut);
    }

    /// <exception cref="EosException">EOS1013: there is no preset of a name.</exception>
    internal static void Check(string names) => Chosen(names);

    private static (IEnumerable<(string Option, string Name, Func<PlanModel, double, ReductionPlan> Plan)> Presets, bool IsNamed) Chosen(
        string names) => names switch
        {
            All => (Known, false),
            None => ([], false),
            _ => ([.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Select(Named)],
                names != Default),
        };

    private static (string Option, string Name, Func<PlanModel, double, ReductionPlan> Plan) Named(string name) =>
        Known.FirstOrDefault(preset => preset.Option == name) is { Plan: not null } found ? found
            : throw new EosException(EosErrors.InvalidOption,
                $"There is no preset '{name}'; expected {All}, {None}, or some of {Names} between commas.");
}
