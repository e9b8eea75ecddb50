using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// The affinity S between dropped tokens and anchors: similarity of a feature, an optional spatial term, an optional mask of allowed pairs.
/// </summary>
public sealed record Affinity
{
    /// <summary>What is compared.</summary>
    /// <value>The default is <see cref="AffinityFeature.Hidden"/>.</value>
    public AffinityFeature Feature { get; init; } = AffinityFeature.Hidden;

    /// <summary>How it is compared.</summary>
    /// <value>The default is <see cref="AffinityMeasure.Cosine"/>.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AffinityMeasure Measure { get; init; } = AffinityMeasure.Cosine;

    /// <summary>σ of the spatial term −‖p_j − p_a‖²/σ², in patches; <see langword="null"/> for no such term.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public double? SpatialSigma { get; init; }

    /// <summary>Which pairs are allowed.</summary>
    /// <value>The default is <see cref="AffinityMask.None"/>: all of them.</value>
    public AffinityMask Mask { get; init; } = AffinityMask.None;
}
