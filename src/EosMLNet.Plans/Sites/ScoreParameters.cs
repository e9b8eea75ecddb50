using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EosMLNet.Plans;

/// <summary>What the search learned for the scores of a plan: plain numbers, shared by all its sites.</summary>
public sealed record ScoreParameters
{
    /// <summary>The linear probe w of <see cref="ScoreCriterion.Probe"/>: one weight for each dimension of the hidden state.</summary>
    public float[]? Probe { get; init; }

    /// <summary>The bilinear form of <see cref="ScoreCriterion.TextRelevance"/>.</summary>
    public TextRelevance? Relevance { get; init; }

    /// <summary>
    /// The SHA-256 of the numbers, little-endian, as <c>sha256:…</c>. A plan file names it, so that it cannot be paired with another plan's
    /// numbers.
    /// </summary>
    public string Fingerprint
    {
        get
        {
            float[] numbers = [.. Probe ?? [], .. Relevance?.Visual ?? [], .. Relevance?.Text ?? []];
            var bytes = new byte[numbers.Length * sizeof(float)];
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
            return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        }
    }
}
