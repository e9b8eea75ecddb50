namespace EosMLNet.Plans;

/// <summary>What scores need to know about the criteria they mix.</summary>
public static class ScoreCriteria
{
    /// <summary>Whether a criterion looks at the question: the kept tokens are then the question's own.</summary>
    public static bool SeesQuestion(this ScoreCriterion criterion) =>
        criterion is ScoreCriterion.TextAttention or ScoreCriterion.RaterAttention or ScoreCriterion.TextRelevance;

    /// <summary>
    /// Whether a criterion reads attention of the decoder, or its keys: <see cref="AttentionSource"/> says at which layer.
    /// </summary>
    public static bool NeedsAttention(this ScoreCriterion criterion) =>
        criterion is ScoreCriterion.TextAttention or ScoreCriterion.RaterAttention or ScoreCriterion.KeyNorm;
}
