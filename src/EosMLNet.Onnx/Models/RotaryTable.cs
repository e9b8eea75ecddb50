namespace EosMLNet.Onnx.Models;

/// <summary>Cosines and sines of rotary positions (RoFormer, arXiv:2104.09864), in float32 as torch computes them.</summary>
/// <param name="config">The decoder.</param>
internal sealed class RotaryTable(LlamaConfig config)
{
    private readonly float[] frequencies =
        [.. Enumerable.Range(0, config.HeadSize / 2).Select(i => (float)(1 / Math.Pow(config.RopeTheta, 2.0 * i / config.HeadSize)))];

    /// <summary>What a position turns by, (hs / 2).</summary>
    internal ReadOnlySpan<float> Frequencies => frequencies;

    /// <summary>Numbers of a position: half as many as a head is wide.</summary>
    internal int Size => frequencies.Length;

    /// <summary>Writes the numbers of one position.</summary>
    /// <param name="position">The position on an axis.</param>
    /// <param name="cos">Where the cosines go.</param>
    /// <param name="sin">Where the sines go.</param>
    internal void Write(Func<int, long> position, Span<float> cos, Span<float> sin)
    {
        for (var i = 0; i < frequencies.Length; i++)
            (sin[i], cos[i]) = MathF.SinCos(position(config.RopeAxes?[i] ?? 0) * frequencies[i]);
    }
}
