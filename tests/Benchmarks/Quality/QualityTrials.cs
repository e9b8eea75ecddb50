using System.Text.Json;
using EosMLNet.Reduction;
using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>Everything that the report compares, in the order of importance.</summary>
internal static class QualityTrials
{
    internal const string Main = "main", Agnostic = "agnostic";

    /// <summary>The operator search's name in tables.</summary>
    internal const string EosName = "EOS";

    /// <summary>All trials.</summary>
    internal static IReadOnlyList<Trial> All(QualitySettings settings) =>
    [
        Unreduced,
        .. settings.Budgets.SelectMany(PresetsAt),
        .. from seed in settings.Seeds from budget in settings.Budgets select Eos(settings, budget, seed),
        .. from seed in settings.OtherSeeds from budget in settings.Budgets from trial in SearchBaselines.At(settings, budget, seed) select trial,
        .. settings.Budgets.Select(budget => AgnosticEos(settings, budget)),
        .. Transfers.OverFamilies(settings),
        .. Ablations.All(settings),
        .. Transfers.OverModels(settings), // last: training leaves memory behind that the searches' peaks would show
    ];

    /// <summary>The model as it is.</summary>
    internal static readonly Trial Unreduced = new()
    {
        Section = Main, Budget = 0, Method = "unreduced", Kind = MethodKind.Unreduced, Find = bench => new Found(ReductionPlan.Identity(bench.Model)),
    };

    /// <summary>The operator search as it comes.</summary>
    internal static Trial Eos(QualitySettings settings, int budget, int seed) => Searched(Main, EosName, MethodKind.Eos, Default(settings, budget, seed));

    /// <summary>The settings of the operator search as it comes.</summary>
    internal static SearchSettings Default(QualitySettings settings, int budget, int seed) =>
        settings.Shorten(new SearchSettings { Constraints = new() { MeanVisualTokens = budget }, Seed = seed });

    /// <summary>A trial that runs a gradient search.</summary>
    internal static Trial Searched(string section, string method, MethodKind kind, SearchSettings search) => new()
    {
        Section = section,
        Budget = (int)search.Constraints.MeanVisualTokens!.Value,
        Method = method,
        Kind = kind,
        Seed = search.Seed,
        Find = bench => bench.Search(search),
        Settings = JsonSerializer.Serialize(search),
    };

    private static IEnumerable<Trial> PresetsAt(int budget) =>
    [
        .. from seed in new[] { 1, 2, 3 } select Preset(budget, "random", seed, model => Baselines.Random(model, budget, seed)),
        .. from preset in Presets.All select Preset(budget, preset.Name, 1, model => preset.Plan(model, budget)),
    ];

    private static Trial Preset(int budget, string method, int seed, Func<PlanModel, ReductionPlan> plan) => new()
    {
        Section = Main, Budget = budget, Method = method, Kind = MethodKind.Preset, Seed = seed, Find = bench => new Found(plan(bench.Model)),
    };

    private static Trial AgnosticEos(QualitySettings settings, int budget) => Searched(Agnostic, "EOS, question-agnostic", MethodKind.Eos,
        Default(settings, budget, seed: 1) with { Scores = [ScoreCriterion.Probe, ScoreCriterion.ClsAttention] });
}
