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
/// <param name="Observed">(N, heads) each.</param>
/// <param name="Keys">(N, f).</param>
/// <param name="Planes">(N, p · d).</param>
internal sealed record SeenTokens(
    Tensor Tokens, Tensor Mass, Tensor Index, Tensor? ClsAttention, IReadOnlyDictionary<ScoreCriterion, Tensor> Observed, Tensor? Keys,
    Tensor? Planes)
{
    /// <summary>The part of one group of images.</summary>
    /// <param name="group">The group.</param>
    /// <param name="places">Where its tokens stand among all, (g, n).</param>
    internal SiteInput Of(ImageGroup group, Tensor places)
    {
        return new SiteInput(group.Of(Tokens, places), group.Of(Mass, places), group.Of(Index, places), group.Layout,
            Optional(ClsAttention), Observed.ToDictionary(x => x.Key, x => group.Of(x.Value, places).transpose(1, 2)), Optional(Keys),
            Planes: Optional(Planes));

        Tensor? Optional(Tensor? all) => all is null ? null : group.Of(all, places);
    }
}
