namespace EosMLNet.Plans;

/// <summary>Which decoder layer's attention, or keys, a site's scores see.</summary>
public enum AttentionSource
{
    /// <summary>The layer before the site, as it runs anyway. There is none in front of layer 0.</summary>
    LayerBefore,
    /// <summary>
    /// The layer that the site stands in front of, on the tokens that enter the site: a few query rows are computed ahead.
    /// </summary>
    OwnLayer,
}
