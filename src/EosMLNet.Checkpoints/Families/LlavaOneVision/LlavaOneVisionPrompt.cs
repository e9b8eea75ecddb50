namespace EosMLNet.Checkpoints;

/// <summary>
/// LLaVA-OneVision's prompt: ChatML with a space behind the role instead of a new line, none behind a turn, and several images without
/// anything between them.
/// </summary>
internal static class LlavaOneVisionPrompt
{
    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new("LLaVA-OneVision",
        "{% for message in messages %}{{ '<|im_start|>' + message.role + ' ' }}" +
        "{% for part in message.content if part.type == 'image' %}<image>{% endfor %}" +
        "{% for part in message.content if part.type == 'video' %}<video>{% endfor %}" +
        "{% for part in message.content if part.type == 'text' %}{{ '\\n' + part.text }}{% endfor %}<|im_end|>{% endfor %}" +
        "{{ '<|im_start|>assistant\\n' }}", ["llava_onevision"]);
}
