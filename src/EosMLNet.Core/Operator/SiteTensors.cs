using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Operator;

/// <summary>A site's continuous parameters as tensors, so that gradients reach them.</summary>
/// <param name="Transfer">γ, 0-dimensional.</param>
/// <param name="Temperature">τ, 0-dimensional.</param>
/// <param name="Reweight">ρ, 0-dimensional.</param>
/// <param name="Learned">The learned parameters of the scores.</param>
internal sealed record SiteTensors(Tensor Transfer, Tensor Temperature, Tensor Reweight, LearnedScores Learned)
{
    public static SiteTensors Of(ReductionSite site, ScoreParameters? parameters, ScalarType dtype, Device device)
    {
        return new SiteTensors(Number(site.Transfer), Number(site.Temperature), Number(site.Reweight),
            LearnedScores.Of(parameters, dtype, device));

        Tensor Number(double value) => Scalars.Full(value, [], dtype, device);
    }
}
