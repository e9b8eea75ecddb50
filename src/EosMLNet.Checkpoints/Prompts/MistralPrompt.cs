namespace EosMLNet.Checkpoints;

/// <summary>The prompt of LLaVA-NeXT on Mistral: the question between marks of an instruction.</summary>
internal static class MistralPrompt
{
    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } =
        new("Mistral", "[INST] <image>\n{question} [/INST]", "<image>\n", ["llava_next"], WritesInstructions);

    // Later versions of Mistral's own prompt have no spaces inside of the marks.
    private static bool WritesInstructions(string chatTemplate) =>
        chatTemplate.Contains("[INST] ", StringComparison.Ordinal) && chatTemplate.Contains(" [/INST]", StringComparison.Ordinal);
}
