namespace EosMLNet.Reduction;

/// <summary>What scores need to know about the criteria they mix.</summary>
internal static class ScoreCriteria
{
    /// <summary>Whether a criterion looks at the question: the kept tokens are then the question's own.</summary>
    internal static bool SeesQuestion(this ScoreCriterion criterion) => criterion is ScoreCriterion.TextAttention or ScoreCriterion.RaterAttention or ScoreCriterion.TextRelevance;

    /// <summary>
    /// Whether a criterion reads attention of the decoder, or its keys: <see cref="AttentionSource"/> says at which layer.
    /// </summary>
    internal static bool NeedsAttention(this ScoreCriterion criterion) =>
        criterion is ScoreCriterion.TextAttention or ScoreCriterion.RaterAttention or ScoreCriterion.KeyNorm;
}
