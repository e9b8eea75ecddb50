using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// What a site sees of the visual tokens of a whole batch, one image behind the other, N in all. What it is: see <see cref="SiteInput"/>.
/// </summary>
/// <param name="Tokens">Hidden states, (N, d).</param>
/// <param name="Mass">(N).</param>
/// <param name="Index">The number by which tables know each token, (N), int64.</param>
/// <param name="ClsAttention">(N).</param>
/// <param name="TextAttention">(N).</param>
/// <param name="Keys">(N, f).</param>
/// <param name="RaterAttention">(N, H).</param>
/// <param name="KeyNorm">(N).</param>
internal sealed record SeenTokens(
    Tensor Tokens, Tensor Mass, Tensor Index, Tensor? ClsAttention, Tensor? TextAttention, Tensor? Keys, Tensor? RaterAttention,
    Tensor? KeyNorm)
{
    /// <summary>The part of one group of images.</summary>
    /// <param name="group">The group.</param>
    /// <param name="places">Where its tokens stand among all, (g, n).</param>
    internal SiteInput Of(ImageGroup group, Tensor places)
    {
        return new SiteInput(group.Of(Tokens, places), group.Of(Mass, places), group.Of(Index, places), group.Layout,
            Optional(ClsAttention), Optional(TextAttention), Optional(Keys), RaterAttention: Optional(RaterAttention)?.transpose(1, 2),
            KeyNorm: Optional(KeyNorm));

        Tensor? Optional(Tensor? all) => all is null ? null : group.Of(all, places);
    }
}
