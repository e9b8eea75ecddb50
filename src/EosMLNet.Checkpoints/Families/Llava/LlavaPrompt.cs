namespace EosMLNet.Checkpoints;

/// <summary>LLaVA-1.5's prompt, with which every text that names no other is asked.</summary>
internal static class LlavaPrompt
{
    /// <summary>The question between the roles, without a word before them.</summary>
    internal const string Template = "USER: <image>\n{question} ASSISTANT:";

    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new("LLaVA-1.5", Template, "<image>\n", ["llava"], WritesRoles)
    {
        PublishedTemplate = VicunaPrompt.Template,
    };

    /// <summary>Whether a chat template says <c>ASSISTANT:</c> itself, or writes the roles in capitals.</summary>
    internal static bool WritesRoles(string chatTemplate) =>
        chatTemplate.Contains("ASSISTANT", StringComparison.Ordinal) || chatTemplate.Contains("upper", StringComparison.Ordinal);
}
