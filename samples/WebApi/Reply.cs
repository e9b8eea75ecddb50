using EosMLNet.Extensions.AI;
using EosMLNet.Onnx;
using Microsoft.Extensions.AI;

namespace WebApi;

/// <summary>An answer as it is sent.</summary>
/// <param name="Answer">The text.</param>
/// <param name="MeanProbability">The mean probability of its tokens.</param>
/// <param name="CutOff">Whether it has as many tokens as were allowed, and did not end by itself.</param>
/// <param name="PromptTokens">Tokens of the prompt, those of the unreduced pictures among them.</param>
/// <param name="AnswerTokens">Tokens of the answer.</param>
/// <param name="VisualTokens">Visual tokens of the unreduced pictures.</param>
/// <param name="VisualTokensKept">How many of them reach the last layer.</param>
/// <param name="Kept">How long each stays; empty without a plan.</param>
internal sealed record Reply(string Answer, double MeanProbability, bool CutOff, long PromptTokens, long AnswerTokens, int VisualTokens,
    int VisualTokensKept, IReadOnlyList<KeptImage> Kept)
{
    public static Reply Of(ChatResponse response, OnnxModel model)
    {
        var (told, usage) = (response.AdditionalProperties!, response.Usage!);
        return new(response.Text, (double)told[ChatProperties.MeanProbability]!, response.FinishReason == ChatFinishReason.Length,
            usage.InputTokenCount!.Value, usage.OutputTokenCount!.Value, (int)told[ChatProperties.VisualTokens]!,
            (int)told[ChatProperties.VisualTokensKept]!, KeptOf(told, model));
    }

    /// <summary>How long visual tokens stay, from what a response or its first part tells.</summary>
    public static KeptImage[] KeptOf(AdditionalPropertiesDictionary told, OnnxModel model) =>
        KeptImage.Of((IReadOnlyList<KeptTokens>)told[ChatProperties.Kept]!, model);
}
