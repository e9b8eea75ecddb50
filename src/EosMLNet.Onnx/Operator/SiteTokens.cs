using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>
/// The visual tokens of G images in front of a site, as values of a graph; n is the number of tokens of each image or, where they have
/// different numbers, the most of one.
/// </summary>
/// <param name="Tokens">Hidden states, (G, n, d).</param>
/// <param name="Mass">How many original tokens each one stands for, (G, n).</param>
/// <param name="Index">The number by which tables know each token, (G, n), int64.</param>
/// <param name="Tables">The tables.</param>
/// <param name="Present">Which of the n tokens an image has, (G, n), bool; null where all images have n.</param>
/// <param name="ClsAttention">The vision tower's [CLS] attention to each token, (G, n); null without one.</param>
/// <param name="Observed">What a decoder layer showed of the tokens, for each criterion that looks at one, (G, heads, n).</param>
/// <param name="Keys">What the site's affinity compares, (G, n, f); null for the hidden states.</param>
/// <param name="Instruction">The mean of the question's unit embeddings, (G, d); null where no score asks.</param>
/// <param name="TextPivots">What the site compares, of its text pivots, (G, p, f); null where it has none.</param>
/// <param name="Offset">How many tokens stand before the first one in the encoder's own sequence.</param>
/// <param name="Planes">What later layers will add to each token, (G, n, p · d); null for nothing.</param>
internal sealed record SiteTokens(
    Value Tokens, Value Mass, Value Index, ISiteTables Tables, Value? Present = null, Value? ClsAttention = null,
    IReadOnlyDictionary<ScoreCriterion, Value>? Observed = null, Value? Keys = null, Value? Instruction = null, Value? TextPivots = null,
    int Offset = 0, Value? Planes = null)
{
    /// <summary>The graph.</summary>
    internal Graph Graph => Tokens.Graph;

    /// <summary>Tokens of an image, n, one number in a row.</summary>
    internal Value Count => Mass.Size(1);

    /// <summary>The same as a single number.</summary>
    internal Value CountNumber => Count.Squeeze(0);

    /// <summary>1 for each token that is there, 0 for the others, (G, n).</summary>
    internal Value? There => Present?.Cast(Tokens.Type);

    /// <summary>What tokens hand over: themselves, and behind them what later layers will add to them, (G, n, d').</summary>
    internal Value Carried => Planes is null ? Tokens : Value.Concat(2, Tokens, Planes);

    /// <summary>What an affinity compares, (G, n, f).</summary>
    internal Value Feature => Keys ?? Tokens;

    /// <summary>What anchors are chosen of in one image, without places that have no token.</summary>
    /// <param name="image">The image's number, one number in a row, int64.</param>
    internal SiteTokens Of(Value image) => new(OwnOf(Tokens, image), OwnOf(Mass, image), OwnOf(Index, image), Tables.Of(image),
        Keys: Keys is null ? null : OwnOf(Keys, image), TextPivots: TextPivots?.Gather(image), Offset: Offset);

    /// <summary>The numbers of one image's own tokens, (G, n, …) to (1, m, …).</summary>
    /// <param name="x">Numbers of all.</param>
    /// <param name="image">The image's number, one number in a row, int64.</param>
    internal Value OwnOf(Value x, Value image) =>
        x.Gather(image).Slice(Graph.Integers(0), Present!.Gather(image).Cast(ElementType.Int64).Sum(1), 1);
}
