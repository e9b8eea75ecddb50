namespace EosMLNet.Checkpoints;

/// <summary>
/// The prompt that the authors of Vicuna begin every conversation with: a sentence in front of LLaVA-1.5's. LLaVA-1.5's authors ask
/// benchmarks so.
/// </summary>
public static class VicunaPrompt
{
    /// <summary>The sentence.</summary>
    public const string SystemText = "A chat between a curious user and an artificial intelligence assistant. " +
        "The assistant gives helpful, detailed, and polite answers to the user's questions.";

    /// <summary>The sentence, then the question between the roles.</summary>
    public const string Template = SystemText + " " + LlavaPrompt.Template;
}
