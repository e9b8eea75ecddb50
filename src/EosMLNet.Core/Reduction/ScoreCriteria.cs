namespace EosMLNet.Reduction;

/// <summary>What scores need to know about the criteria they mix.</summary>
internal static class ScoreCriteria
{
    /// <summary>Whether a criterion looks at the question: the kept tokens are then the question's own.</summary>
    internal static bool SeesQuestion(this ScoreCriterion criterion) => criterion is ScoreCriterion.TextAttention or ScoreCriterion.TextRelevance;
}
