namespace EosMLNet.Plans;

/// <summary>
/// Where on the image's way a site stands, in the order of that way. Sites in front of the decoder act while the image is encoded, and so
/// cannot see the question.
/// </summary>
public enum ReductionStage
{
    /// <summary>Inside the vision tower, between attention and MLP of one of its blocks. The tower's [CLS] token takes no part.</summary>
    Tower = -2,
    /// <summary>
    /// In the tower's feature space, in front of the multi-modal projector. Attention and keys are those of the last block that the tower
    /// runs.
    /// </summary>
    Projector = -1,
    /// <summary>In front of a decoder layer.</summary>
    Decoder = 0,
}
