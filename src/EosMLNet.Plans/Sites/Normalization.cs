namespace EosMLNet.Plans;

/// <summary>How an anchor takes up what dropped tokens transfer to it.</summary>
public enum Normalization
{
    /// <summary>
    /// The mean of anchor and transfers, weighted by mass: Y = (c·A + γ·Σ W·c·D) / (c + γ·Σ W·c). Hidden states keep their scale.
    /// </summary>
    Mass,
    /// <summary>The printed equation of arXiv:2606.05232: Y = A + γ·Softmax(S/τ)ᵀ·D. Masses are tracked all the same.</summary>
    None,
    /// <summary>
    /// The anchor and, beside it, the mean by mass of what it is given: Y = A + γ·(Σ W·c·D) / (Σ W·c). An anchor that is given nothing
    /// stays as it is.
    /// </summary>
    AddedMean,
    /// <summary>
    /// The mean of the anchor and what it is given, in which every token counts once, whatever its mass: Y = (A + γ·Σ W·D) / (1 + γ·Σ W).
    /// </summary>
    Mean,
}
