namespace EosMLNet.Checkpoints;

/// <summary>
/// The prompt of LLaVA-NeXT on Vicuna: LLaVA-1.5's behind the sentence that its authors begin every conversation with. The chat templates
/// that Hugging Face publishes with it leave the sentence to the user, so that only the model's type tells the two apart.
/// </summary>
public static class VicunaPrompt
{
    /// <summary>The sentence, then the question between the roles.</summary>
    public const string Template = "A chat between a curious user and an artificial intelligence assistant. " +
        "The assistant gives helpful, detailed, and polite answers to the user's questions. " + LlavaPrompt.Template;

    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new("Vicuna", Template, "<image>\n", ["llava_next"], LlavaPrompt.WritesRoles);
}
