namespace EosMLNet.Onnx;

/// <summary>What the encoder makes of one image: n visual tokens of width d.</summary>
/// <param name="Layout">How the tokens of the unreduced image lie.</param>
/// <param name="Features">The tokens, (n, d).</param>
/// <param name="ClsAttention">The tower's [CLS] attention to them, (n); null where it is not asked for.</param>
/// <param name="Kept">Where they stand among the tokens of the unreduced image, (n), ascending; null where all are left.</param>
/// <param name="Mass">How many original tokens each one stands for, (n); null where all are left.</param>
/// <param name="Planes">What the decoder's first layers add to the tokens, (n, p · d); null for nothing.</param>
public sealed record EncodedImage(
    VisualLayout Layout, float[] Features, float[]? ClsAttention = null, long[]? Kept = null, float[]? Mass = null, float[]? Planes = null)
{
    /// <summary>The number of its tokens.</summary>
    public int Count => Kept?.Length ?? Layout.Count;

    /// <summary>The memory it takes, in bytes.</summary>
    public long Bytes => sizeof(long) * (Kept?.LongLength ?? 0)
        + new[] { Features, ClsAttention, Mass, Planes }.Sum(part => sizeof(float) * (part?.LongLength ?? 0));
}
