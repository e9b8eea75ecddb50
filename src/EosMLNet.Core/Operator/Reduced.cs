using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>The result of a site: the visual tokens that are left of I images.</summary>
/// <param name="Tokens">The anchors' hidden states after transfer and reweighting, (I, k, d), in the type of the input.</param>
/// <param name="Mass">How many original tokens each one stands for, (I, k).</param>
/// <param name="Anchors">Where the anchors stood among the input's n tokens, ascending, (I, k), int64.</param>
/// <param name="Planes">What later layers will add to the tokens, (I, k, p · d), where the input had it.</param>
public sealed record Reduced(Tensor Tokens, Tensor Mass, Tensor Anchors, Tensor? Planes = null);
