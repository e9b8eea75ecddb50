namespace EosMLNet.Tests.Sites;

/// <summary>The scores of a site.</summary>
internal static class Scores
{
    /// <summary>Criteria of equal weight.</summary>
    public static Dictionary<ScoreCriterion, double> Of(params ScoreCriterion[] criteria) => criteria.ToDictionary(criterion => criterion, _ => 1.0);
}
