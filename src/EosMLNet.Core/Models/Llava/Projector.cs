using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>LLaVA's two layers from the vision tower's features to the decoder's hidden states (arXiv:2310.03744, section 3.2).</summary>
internal sealed class Projector
{
    private readonly string activation;
    private readonly Tensor weight1, weight2;
    private readonly Tensor? bias1, bias2;

    internal Projector(LlavaConfig config, Func<string, Tensor> weight)
    {
        const string Root = "multi_modal_projector.";
        activation = config.ProjectorActivation;
        (weight1, weight2) = (weight(Root + "linear_1.weight"), weight(Root + "linear_2.weight"));
        (bias1, bias2) = config.ProjectorBias ? (weight(Root + "linear_1.bias"), weight(Root + "linear_2.bias")) : default;
    }

    /// <summary>(…, vision width) to (…, d).</summary>
    internal Tensor Apply(Tensor feature) =>
        functional.linear(Activation.Apply(activation, functional.linear(feature, weight1, bias1)), weight2, bias2);
}
