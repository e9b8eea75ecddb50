namespace EosMLNet.Checkpoints;

/// <summary>The special tokens of a byte-level BPE vocabulary; their ids are their places in the list.</summary>
/// <param name="Tokens">All of them.</param>
/// <param name="Pad">The one that fills short rows of a batch.</param>
/// <param name="Begin">The one that begins a sequence.</param>
/// <param name="End">The one that ends an answer.</param>
/// <param name="Image">The one that stands for a visual token.</param>
public sealed record BpeSpecialTokens(IReadOnlyList<string> Tokens, string Pad, string Begin, string End, string Image)
{
    /// <summary>Whether <see cref="Begin"/> is put in front of each prompt.</summary><value>The default is true.</value>
    public bool AddsBegin { get; init; } = true;

    /// <summary>Those of LLaVA's Llama: <c>&lt;pad&gt;</c>, <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c>, <c>&lt;image&gt;</c>.</summary>
    public static BpeSpecialTokens Llama { get; } = new(["<pad>", "<s>", "</s>", "<image>"], "<pad>", "<s>", "</s>", "<image>");

    /// <summary>The id of one of them.</summary>
    /// <exception cref="EosException">EOS1013: it is none of them.</exception>
    internal int Id(string token)
    {
        for (var i = 0; i < Tokens.Count; i++)
        {
            if (Tokens[i] == token)
                return i;
        }
        throw new EosException(EosErrors.InvalidOption,
            $"'{token}' is not among the special tokens {string.Join(", ", Tokens)}. Add it to them.");
    }
}
