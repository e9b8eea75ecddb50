namespace EosMLNet.Search;

/// <summary>The task that a search trains the reduced model for.</summary>
public enum SearchObjective
{
    /// <summary>To give the answers of the data: their cross-entropy.</summary>
    Answers,
    /// <summary>
    /// To answer as the unreduced model does, without looking at the answers of the data: the Kullback-Leibler divergence along the
    /// unreduced model's own answers.
    /// </summary>
    UnreducedModel,
}
