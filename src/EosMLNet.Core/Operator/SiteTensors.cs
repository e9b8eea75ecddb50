using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>A site's continuous parameters as tensors, so that gradients reach them.</summary>
/// <param name="Transfer">γ, 0-dimensional.</param>
/// <param name="Temperature">τ, 0-dimensional.</param>
/// <param name="Reweight">ρ, 0-dimensional.</param>
/// <param name="Mixture">The weight of each criterion, 0-dimensional, in the order of the site's score.</param>
/// <param name="Learned">The learned parameters of the scores.</param>
internal sealed record SiteTensors(
    Tensor Transfer, Tensor Temperature, Tensor Reweight, IReadOnlyList<Tensor> Mixture, LearnedScores Learned)
{
    /// <summary>All of them; those of scores are the same for all sites of a plan.</summary>
    internal IEnumerable<Tensor> Tensors => [Transfer, Temperature, Reweight, .. Mixture, .. Learned.Tensors];

    /// <summary>A site's numbers as tensors in the caller's dispose scope, beside learned parameters that are tensors already.</summary>
    public static SiteTensors Of(ReductionSite site, LearnedScores? learned, ScalarType dtype, Device device)
    {
        return new SiteTensors(Number(site.Transfer), Number(site.Temperature), Number(site.Reweight),
            [.. site.Score.Values.Select(Number)], learned ?? new LearnedScores());

        Tensor Number(double value) => Scalars.Full(value, [], dtype, device);
    }
}
