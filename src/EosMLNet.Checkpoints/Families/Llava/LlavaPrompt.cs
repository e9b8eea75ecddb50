namespace EosMLNet.Checkpoints;

/// <summary>LLaVA-1.5's prompt, with which every text that names no other is asked.</summary>
internal static class LlavaPrompt
{
    /// <summary>The question between the roles, without a word before them.</summary>
    internal const string Template = "USER: <image>\n{question} ASSISTANT:";

    /// <summary>What writes it: images in front of the text, and a system text without a role.</summary>
    internal const string ChatTemplate =
        "{% for message in messages %}{% if message.role != 'system' %}{{ message.role.upper() + ': ' }}{% endif %}" +
        PromptParts.ImagesFirst + PromptParts.Texts + "{% endfor %}{{ 'ASSISTANT:' }}";

    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } =
        new("LLaVA-1.5", ChatTemplate, ["llava"]) { PublishedSystemText = VicunaPrompt.SystemText };
}
