using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>The operator search with one thing changed, one seed each.</summary>
internal static class Ablations
{
    internal const string Section = "ablation";

    internal static IReadOnlyList<Trial> All(QualitySettings settings)
    {
        return
        [
            Changed("alignment weight 0.1", s => s with { AlignmentWeight = 0.1 }),
            Changed("alignment weight 1", s => s with { AlignmentWeight = 1 }),
            Changed("one site, in front of layer 0", s => s with { Sites = [0] }),
            Changed("three sites, in front of layers 0, 2, 4", s => s with { Sites = [0, 2, 4] }),
            Changed("corners not tried", s => s with { SnapToCorners = false }),
        ];

        Trial Changed(string what, Func<SearchSettings, SearchSettings> change) =>
            QualityTrials.Searched(Section, what, MethodKind.Eos, change(QualityTrials.Default(settings, settings.CloseBudget, seed: 1)));
    }
}
