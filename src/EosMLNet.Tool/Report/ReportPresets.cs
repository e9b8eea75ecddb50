namespace EosMLNet.Tool.Report;

/// <summary>Hand-made methods that a report compares a plan with, at the plan's own budget.</summary>
internal static class ReportPresets
{
    internal const string Default = "stride,tome,divprune,fastv", All = "all", None = "none";

    /// <summary>What an option may name.</summary>
    internal static string Names => string.Join(", ", Preset.All.Select(preset => preset.Name));

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
        foreach (var preset in chosen)
        {
            try
            {
                plans.Add((preset.Title, preset.Plan(model, meanTokens)));
            }
            catch (EosException e) when (!isNamed)
            {
                leftOut.Add($"{preset.Title}: {e.Detail}");
            }
        }
        return (plans, leftOut);
    }

    /// <exception cref="EosException">EOS1013: there is no preset of a name.</exception>
    internal static void Check(string names) => Chosen(names);

    private static (IEnumerable<Preset> Presets, bool IsNamed) Chosen(string names) => names switch
    {
        All => (Preset.All, false),
        None => ([], false),
        _ => ([.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Select(Named)],
            names != Default),
    };

    private static Preset Named(string name) => Preset.All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new EosException(EosErrors.InvalidOption,
            $"There is no preset '{name}'; expected {All}, {None}, or some of {Names} between commas.");
}
