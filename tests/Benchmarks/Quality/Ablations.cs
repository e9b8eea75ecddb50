using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>The operator search with one thing changed, one seed each, all of them with fewer steps than the search as it comes.</summary>
internal static class Ablations
{
    internal const string Section = "ablation", Nothing = "nothing changed";

    /// <summary>The operator's parts, and searches that go without one of them.</summary>
    internal static readonly IReadOnlyList<(string Without, FrozenParameters Frozen)> Parts =
    [
        ("dropped tokens vanish (γ = 0)", new() { Transfer = 0 }),
        ("dropped tokens go to one anchor only (τ = 0)", new() { Temperature = 0 }),
        ("every site active (θ = 1)", new() { Activation = 1 }),
        ("no reweighting (ρ = 0)", new() { Reweight = 0 }),
        ("the same count at every site (ν)", new() { UniformKeep = true }),
        ("anchors by score alone (δ = 0)", new() { Diversity = 0 }),
        ("mass does not weigh in attention", new() { ProportionalAttention = 0 }),
    ];

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
            .. Parts.Select(part => Changed(part.Without, search with { Frozen = part.Frozen })),
            .. Mixed.Select(score => Changed($"without the score {score}", search with { Scores = [.. Mixed.Where(other => other != score)] })),
            Changed("counts not tried", search with { TryCounts = false }),
            Changed("corners not tried", search with { SnapToCorners = false }),
        ];

        Trial Changed(string what, SearchSettings changed) => QualityTrials.Searched(Section, what, MethodKind.Eos, changed);
    }

    // What the search mixes as it comes.
    private static readonly ScoreCriterion[] Mixed = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.ClsAttention];
}
