namespace EosMLNet.Extensions.AI;

/// <summary>
/// Names under which a <see cref="VisionLanguageChatClient"/> tells more than an answer, in the additional properties of its responses.
/// </summary>
public static class ChatProperties
{
    /// <summary>
    /// Which visual tokens the plan leaves of each image, an <c>IReadOnlyList</c> of <see cref="KeptTokens"/>. A streamed answer has it in
    /// its first update.
    /// </summary>
    public const string Kept = "eos.kept";

    /// <summary>The visual tokens of all unreduced images, an <see cref="int"/>.</summary>
    public const string VisualTokens = "eos.visual_tokens";

    /// <summary>How many of them reach the last layer, an <see cref="int"/>.</summary>
    public const string VisualTokensKept = "eos.visual_tokens_kept";

    /// <summary>The mean probability of the answer's tokens, a <see cref="double"/>.</summary>
    public const string MeanProbability = "eos.mean_probability";
}
