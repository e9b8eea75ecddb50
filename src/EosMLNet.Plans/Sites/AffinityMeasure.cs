namespace EosMLNet.Plans;

/// <summary>How an affinity compares features.</summary>
public enum AffinityMeasure
{
    /// <summary>Cosine similarity.</summary>
    Cosine,
    /// <summary>Less the Euclidean distance: the nearest is the most similar.</summary>
    Distance,
}
