using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Latency;

/// <summary>
/// Prompts to measure with: of one length, an image of noise in each. What a prefill takes does not depend on what they say.
/// </summary>
internal static class LatencyPrompt
{
    /// <exception cref="EosException">EOS1013: no prompt, one without text, or more tokens than the model was made for.</exception>
    internal static PromptBatch Create(VisionLanguageModel model, int textTokens, int batch)
    {
        if (batch is < 1 or > 65_536)
            throw new EosException(EosErrors.InvalidOption, $"The batch to measure latency with is {batch}; expected 1 to 65,536.");
        if (textTokens < 1 || textTokens > model.MaxPositions - model.VisualTokens)
            throw new EosException(EosErrors.InvalidOption,
                $"The text tokens to measure latency with are {textTokens}; expected 1 to {model.MaxPositions - model.VisualTokens}, " +
                $"what {model.VisualTokens} visual tokens leave of the model's {model.MaxPositions} positions.");
        using var scope = NewDisposeScope();
        // Allocate and free 30 MiB once. From then on glibc keeps freed pieces up to that size, as in any process that has run for a while.
        // Before, each prefill asks the system for its memory anew.
        zeros(30 << 20, ScalarType.Byte).Dispose();
        using var random = new Generator(1); // of the CPU: TorchSharp makes no other, and a GPU refuses to draw with that
        var features = Noise(model.VisualTokens, model.HiddenSize).to_type(model.DataType);
        var attention = model.HasClsAttention ? Noise(model.VisualTokens).softmax(-1).to_type(model.DataType) : null;
        // Of the text, a third stands before the image.
        var word = model.ImageTokenId == 0 ? 1 : 0;
        int[] prompt =
            [.. Enumerable.Repeat(word, textTokens / 3), model.ImageTokenId, .. Enumerable.Repeat(word, textTokens - textTokens / 3)];
        return PromptBatch.Create(model, [.. Enumerable.Repeat(prompt, batch)], new VisionOutput(features, attention));

        Tensor Noise(params long[] shape) => randn([batch, .. shape], dtype: ScalarType.Float32, generator: random).to(model.Device);
    }
}
