using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>What a site leaves of G images: k tokens each or, where they keep different numbers, k is the most.</summary>
/// <param name="Tokens">(G, k, d).</param>
/// <param name="Mass">(G, k).</param>
/// <param name="Anchors">Their places among the tokens that entered, ascending, (G, k), int64; those behind an image's last are the number
/// of tokens that entered.</param>
/// <param name="Stays">Which of the k an image has, (G, k), bool; null where all have k.</param>
/// <param name="Planes">(G, k, p · d); null for nothing.</param>
internal sealed record ReducedTokens(Value Tokens, Value Mass, Value Anchors, Value? Stays, Value? Planes);
