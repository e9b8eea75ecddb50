using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Visual tokens during the search. Tokens that a site drops stay, so that gradients can bring them back; a mask says that they are gone.
/// </summary>
/// <param name="Hidden">(B, n, d).</param>
/// <param name="Mask">m, (B, n): 1 for tokens that are there, 0 for dropped ones, with the gradient of the soft selections.</param>
/// <param name="Mass">c, how many original tokens each one stands for, (B, n).</param>
/// <param name="Patches">Original indices, (B, n), ascending.</param>
internal sealed record SoftTokens(Tensor Hidden, Tensor Mask, Tensor Mass, Tensor Patches);
