using System.Text.Json;
using EosMLNet.Models;
using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>Everything that the report compares, in the order of importance.</summary>
internal static class QualityTrials
{
    internal const string Main = "main", Agnostic = "agnostic", Front = "front", Family = "family";

    // The tables of the main section need it: what is asked for as "main" has it, too.
    internal const string Shrunk = "main-shrunk";

    /// <summary>The operator search's name in tables.</summary>
    internal const string EosName = "EOS";

    /// <summary>All trials that a bench's model can run.</summary>
    internal static IReadOnlyList<Trial> All(Workbench bench)
    {
        var presets = Presets.All.Where(preset => bench.CanRun(model => preset.Plan(model, bench.Settings.Budgets[0])))
            .Take(bench.Settings.MostPresets).ToList();
        return
        [
            Unreduced, UnreducedOnShrunkImages, .. Horizon.All(bench), .. Transfers.OverSizes(bench), .. All(bench.Settings, presets),
        ];
    }

    private static IReadOnlyList<Trial> All(QualitySettings settings, IReadOnlyList<(string Name, Func<PlanModel, double, ReductionPlan> Plan)> presets) =>
    [
        .. settings.Budgets.SelectMany(budget => PresetsAt(budget, presets)),
        .. from seed in settings.Seeds from budget in settings.Budgets select Eos(settings, budget, seed),
        .. from seed in settings.Seeds from budget in settings.Budgets select AgnosticEos(settings, budget, seed),
        // Where much is kept all seeds give much the same.
        .. from seed in settings.Seeds from budget in settings.Budgets where budget <= settings.CloseBudget || settings.OtherSeeds.Contains(seed) select SearchBaselines.PublishedRates(settings, budget, seed),
        .. settings.Seeds.SelectMany(seed => FrontOf(settings, seed)),
        .. from seed in settings.OtherSeeds from budget in settings.Between from trial in FamilyAt(settings, budget, seed) select trial,
        .. from seed in settings.OtherSeeds from budget in settings.Budgets select SearchBaselines.OwnRates(settings, budget, seed),
        .. from seed in settings.OtherSeeds from budget in settings.Budgets from trial in SearchBaselines.TriedAt(settings, budget, seed) select trial,
        .. Transfers.OverFamilies(settings),
        .. Transfers.OverPrecisions(settings),
        .. Ablations.All(settings),
        .. Transfers.OverModels(settings), // last: training leaves memory behind that the searches' peaks would show
    ];

    /// <summary>The model as it is.</summary>
    internal static readonly Trial Unreduced = new()
    {
        Section = Main, Budget = 0, Method = "unreduced", Kind = MethodKind.Unreduced, Find = bench => new Found(ReductionPlan.Identity(bench.Model.ToPlanModel())),
    };

    /// <summary>The same on shrunk images: it tells which questions are difficult.</summary>
    internal static readonly Trial UnreducedOnShrunkImages = Unreduced with { Section = Shrunk, On = TestGround.ShrunkImages };

    /// <summary>The operator search as it comes.</summary>
    internal static Trial Eos(QualitySettings settings, int budget, int seed) => Searched(Main, EosName, MethodKind.Eos, Default(settings, budget, seed));

    /// <summary>The settings of the operator search as it comes, but for its steps where little is kept.</summary>
    internal static SearchSettings Default(QualitySettings settings, int budget, int seed) =>
        settings.Shorten(new SearchSettings
        {
            Constraints = new() { MeanVisualTokens = budget }, Seed = seed, Steps = QualitySettings.StepsAt(budget),
        });

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

    // One search for all budgets. The first trial runs it and puts the other trials' plans beside its own.
    private static IReadOnlyList<Trial> FrontOf(QualitySettings settings, int seed)
    {
        int[] budgets = [.. settings.Budgets.OrderDescending()];
        var first = Searched(Front, "EOS, one search for all budgets", MethodKind.Eos, Default(settings, budgets[0], seed));
        first = first with
        {
            Settings = $"{first.Settings} {string.Join(' ', budgets)}",
            Find = bench =>
            {
                var search = Default(settings, budgets[0], seed);
                var results = new OperatorSearch(bench.Model, search).RunFront([.. budgets.Select(budget => new SearchConstraints { MeanVisualTokens = budget })], bench.Data.Search, bench.Data.Validation);
                foreach (var (budget, result) in budgets.Zip(results))
                    result.Plan.Save(PlanOf(bench, budget));
                return new Found(results[0].Plan, results[^1].Report.Samples + results[^1].Report.TrialQuestions, $"{budgets.Length} plans");
            },
        };
        return [first, .. budgets.Skip(1).Select(budget => first with { Budget = budget, Needs = [first.FindKey], Find = bench => new Found(ReductionPlan.Load(PlanOf(bench, budget)), Note: "found by the search for all budgets") })];

        string PlanOf(Workbench bench, int budget) => bench.Store.PathOf($"{first.FindKey}/{budget}", ".plan.json");
    }

    // A plan between those of a search for all budgets, and one that was searched for this budget.
    private static IReadOnlyList<Trial> FamilyAt(QualitySettings settings, int budget, int seed)
    {
        var front = FrontOf(settings, seed);
        var alone = Searched(Family, "a search of its own", MethodKind.Eos, Default(settings, budget, seed));
        return
        [
            alone with
            {
                Method = "interpolated", Settings = front[0].Settings, Needs = [.. front.Select(trial => trial.FindKey)],
                Find = bench => new Found(new PlanFamily(front.Select(bench.Plan)).At(budget), Note: "between two plans of the search for all budgets"),
            },
            alone,
        ];
    }

    private static IEnumerable<Trial> PresetsAt(int budget, IReadOnlyList<(string Name, Func<PlanModel, double, ReductionPlan> Plan)> presets) =>
    [
        .. from seed in new[] { 1, 2, 3 } select Preset(budget, "random", seed, model => Baselines.Random(model, budget, seed)),
        .. from preset in presets select Preset(budget, preset.Name, 1, model => preset.Plan(model, budget)),
    ];

    private static Trial Preset(int budget, string method, int seed, Func<PlanModel, ReductionPlan> plan) => new()
    {
        Section = Main, Budget = budget, Method = method, Kind = MethodKind.Preset, Seed = seed, Find = bench => new Found(bench.Fit(plan(bench.PlanModel))),
    };

    private static Trial AgnosticEos(QualitySettings settings, int budget, int seed) => Searched(Agnostic, "EOS, question-agnostic", MethodKind.Eos,
        Default(settings, budget, seed) with { Scores = [ScoreCriterion.Probe, ScoreCriterion.ClsAttention] });
}
