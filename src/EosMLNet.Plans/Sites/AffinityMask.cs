namespace EosMLNet.Plans;

/// <summary>Which anchors a dropped token may transfer to. One that may transfer to none takes its mass with it.</summary>
public enum AffinityMask
{
    /// <summary>Any anchor.</summary>
    None,
    /// <summary>Anchors of the same window, the patch grid being cut into as many windows as the site keeps.</summary>
    Window,
    /// <summary>ToMe's sets: tokens at even positions transfer to tokens at odd positions.</summary>
    Bipartite,
}
