using EosMLNet.Checkpoints;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>LLaVA's two layers from the vision tower's features to the decoder's hidden states (arXiv:2310.03744, section 3.2).</summary>
internal sealed class Projector
{
    private readonly string activation;
    private readonly Tensor weight1, weight2;
    private readonly Tensor? bias1, bias2;

    internal Projector(LlavaConfig config, Func<string, long[], Tensor> weight)
    {
        long vision = config.Vision.HiddenSize, text = config.Text.HiddenSize;
        activation = config.ProjectorActivation;
        weight1 = weight("multi_modal_projector.linear_1.weight", [text, vision]);
        weight2 = weight("multi_modal_projector.linear_2.weight", [text, text]);
        bias1 = config.ProjectorBias ? weight("multi_modal_projector.linear_1.bias", [text]) : null;
        bias2 = config.ProjectorBias ? weight("multi_modal_projector.linear_2.bias", [text]) : null;
    }

    /// <summary>(…, vision width) to (…, d).</summary>
    internal Tensor Apply(Tensor feature) =>
        functional.linear(Activation.Apply(activation, functional.linear(feature, weight1, bias1)), weight2, bias2);
}
