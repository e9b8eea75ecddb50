namespace EosMLNet.Plans;

/// <summary>What is compared by cosine similarity when dropped tokens look for anchors.</summary>
public enum AffinityFeature
{
    /// <summary>The hidden states in front of the site's layer.</summary>
    Hidden,
    /// <summary>The attention keys of the site's layer, before rotary embedding.</summary>
    Key,
    /// <summary>The same keys averaged over heads.</summary>
    HeadMeanKey,
    /// <summary>The hidden states after the decoder's final normalisation.</summary>
    FinalNorm,
}
