namespace EosMLNet.Plans;

/// <summary>What the rules of plans and searches know of a criterion.</summary>
[Flags]
internal enum CriterionTraits
{
    /// <summary>It looks at the visual tokens alone.</summary>
    None = 0,
    /// <summary>It looks at the question: the kept tokens are then the question's own.</summary>
    SeesQuestion = 1,
    /// <summary>It reads attention of the decoder, or its keys: <see cref="AttentionSource"/> says at which layer.</summary>
    NeedsAttention = 2,
    /// <summary>It exists in the decoder only.</summary>
    NeedsDecoder = 4,
    /// <summary>A search may mix it into a score.</summary>
    Searched = 8,
    /// <summary>It cuts the patch grid into windows.</summary>
    NeedsWindows = 16,
    /// <summary>It is at least 0: it may weigh what tokens give, and what they add to a choice.</summary>
    WeighsGivers = 32,
    /// <summary>A latency table has no measurement of it.</summary>
    Untimed = 64,
    /// <summary>It compares features of the tokens, as an affinity does.</summary>
    Compares = 128,
}
