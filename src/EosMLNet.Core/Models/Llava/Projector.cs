using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>LLaVA's two layers from the vision tower's features to the decoder's hidden states (arXiv:2310.03744, section 3.2).</summary>
internal sealed class Projector
{
    private readonly string activation;
    private readonly Linear first, second;

    internal Projector(LlavaConfig config, Func<string, Tensor> weight)
    {
        const string Root = "multi_modal_projector.";
        activation = config.ProjectorActivation;
        first = Linear.Of(weight, Root + "linear_1", config.ProjectorBias);
        second = Linear.Of(weight, Root + "linear_2", config.ProjectorBias);
    }

    /// <summary>(…, vision width) to (…, d).</summary>
    internal Tensor Apply(Tensor feature) => second.Apply(Activation.Apply(activation, first.Apply(feature)));
}
