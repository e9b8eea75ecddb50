using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>The operator search with one thing changed, one seed each, all of them with fewer steps than the search as it comes.</summary>
internal static class Ablations
{
    internal const string Section = "ablation", Nothing = "nothing changed";

    internal static IReadOnlyList<Trial> All(QualitySettings settings)
    {
        var search = QualityTrials.Default(settings, settings.AblationBudget, seed: 1);
        search = search with { Steps = Math.Max(1, (int)(settings.AblationSteps * search.Steps)) };
        return
        [
            Changed(Nothing, search),
            Changed("alignment weight 0.1", search with { AlignmentWeight = 0.1 }),
            Changed("alignment weight 1", search with { AlignmentWeight = 1 }),
            Changed("soft forward pass", search with { SoftForward = true }),
            Changed("one site, in front of layer 0", search with { Sites = [0] }),
            Changed("three sites, in front of layers 0, 2, 4", search with { Sites = [0, 2, 4] }),
            Changed("dropped tokens vanish (γ = 0)", Frozen(new() { Transfer = 0 })),
            Changed("dropped tokens go to one anchor only (τ = 0)", Frozen(new() { Temperature = 0 })),
            Changed("every site active (θ = 1)", Frozen(new() { Activation = 1 })),
            Changed("no reweighting (ρ = 0)", Frozen(new() { Reweight = 0 })),
            Changed("the same count at every site (ν)", Frozen(new() { UniformKeep = true })),
            Changed("anchors by score alone (δ = 0)", Frozen(new() { Diversity = 0 })),
            Changed("mass does not weigh in attention", Frozen(new() { ProportionalAttention = 0 })),
            .. Mixed.Select(score => Changed($"without the score {score}", search with { Scores = [.. Mixed.Where(other => other != score)] })),
            Changed("counts not tried", search with { TryCounts = false }),
            Changed("corners not tried", search with { SnapToCorners = false }),
        ];

        SearchSettings Frozen(FrozenParameters frozen) => search with { Frozen = frozen };
        Trial Changed(string what, SearchSettings changed) => QualityTrials.Searched(Section, what, MethodKind.Eos, changed);
    }

    // What the search mixes as it comes.
    private static readonly ScoreCriterion[] Mixed = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.ClsAttention];
}
