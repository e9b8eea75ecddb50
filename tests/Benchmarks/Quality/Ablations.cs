using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>The operator search with one thing changed, all of them with fewer steps than the search as it comes.</summary>
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
        var first = Search(1);
        return
        [
            .. Seeds(Nothing, search => search),
            Changed("alignment weight 0.1", first with { AlignmentWeight = 0.1 }),
            Changed("alignment weight 1", first with { AlignmentWeight = 1 }),
            Changed("soft forward pass", first with { SoftForward = true }),
            Changed("one site, in front of layer 0", first with { Sites = [0] }),
            Changed("three sites, in front of layers 0, 2, 4", first with { Sites = [0, 2, 4] }),
            .. Parts.SelectMany(part => Seeds(part.Without, search => search with { Frozen = part.Frozen })),
            .. Mixed.Select(score => Changed($"without the score {score}", first with { Scores = [.. Mixed.Where(other => other != score)] })),
            Changed("counts not tried", first with { TryCounts = false }),
            Changed("corners not tried", first with { SnapToCorners = false }),
        ];

        IEnumerable<Trial> Seeds(string what, Func<SearchSettings, SearchSettings> change) => settings.PartSeeds.Select(seed => Changed(what, change(Search(seed))));
        Trial Changed(string what, SearchSettings changed) => QualityTrials.Searched(Section, what, MethodKind.Eos, changed);

        SearchSettings Search(int seed)
        {
            var usual = QualityTrials.Default(settings, settings.AblationBudget, seed);
            return usual with { Steps = Math.Max(1, (int)(settings.AblationSteps * usual.Steps)) };
        }
    }

    // What the search mixes as it comes.
    private static readonly ScoreCriterion[] Mixed = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention, ScoreCriterion.ClsAttention];
}
