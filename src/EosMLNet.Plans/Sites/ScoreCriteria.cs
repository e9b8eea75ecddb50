using System.Reflection;

namespace EosMLNet.Plans;

/// <summary>What scores need to know about the criteria they mix.</summary>
public static class ScoreCriteria
{
    /// <summary>All criteria.</summary>
    public static IReadOnlyList<ScoreCriterion> All { get; } = Enum.GetValues<ScoreCriterion>();

    // In the order of All, which is made first.
    private static readonly CriterionTraits[] Traits = [.. All.Select(criterion =>
        typeof(ScoreCriterion).GetField(criterion.ToString())!.GetCustomAttribute<CriterionAttribute>()?.Traits ?? CriterionTraits.None)];

    /// <summary>Whether a criterion looks at the question: the kept tokens are then the question's own.</summary>
    public static bool SeesQuestion(this ScoreCriterion criterion) => criterion.Has(CriterionTraits.SeesQuestion);

    /// <summary>
    /// Whether a criterion reads attention of the decoder, or its keys: <see cref="AttentionSource"/> says at which layer.
    /// </summary>
    public static bool NeedsAttention(this ScoreCriterion criterion) => criterion.Has(CriterionTraits.NeedsAttention);

    /// <summary>Whether a search may mix a criterion into a score.</summary>
    public static bool IsSearched(this ScoreCriterion criterion) => criterion.Has(CriterionTraits.Searched);

    /// <summary>Whether a latency table says what a criterion takes.</summary>
    public static bool IsTimed(this ScoreCriterion criterion) => !criterion.Has(CriterionTraits.Untimed);

    /// <summary>Whether a criterion has all of these traits; a number that names no criterion has none.</summary>
    internal static bool Has(this ScoreCriterion criterion, CriterionTraits traits) =>
        (uint)criterion < Traits.Length && Traits[(int)criterion].HasFlag(traits);
}
