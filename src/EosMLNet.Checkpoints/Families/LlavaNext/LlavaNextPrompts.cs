namespace EosMLNet.Checkpoints;

/// <summary>The prompts of LLaVA-NeXT: Vicuna's, or Mistral's with the question between marks of an instruction.</summary>
internal static class LlavaNextPrompts
{
    private static readonly string[] ModelTypes = ["llava_next"];

    /// <summary>
    /// The forms. The chat templates that Hugging Face publishes with Vicuna leave its sentence to the user, so that only the model's type
    /// tells it from LLaVA-1.5's.
    /// </summary>
    internal static PromptForm[] Forms { get; } =
    [
        new("Vicuna", VicunaPrompt.Template, "<image>\n", ModelTypes, LlavaPrompt.WritesRoles),
        new("Mistral", "[INST] <image>\n{question} [/INST]", "<image>\n", ModelTypes, WritesInstructions),
    ];

    // Later versions of Mistral's own prompt have no spaces inside of the marks.
    private static bool WritesInstructions(string chatTemplate) =>
        chatTemplate.Contains("[INST] ", StringComparison.Ordinal) && chatTemplate.Contains(" [/INST]", StringComparison.Ordinal);
}
