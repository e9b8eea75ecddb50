namespace EosMLNet.Checkpoints;

/// <summary>The prompts of LLaVA-NeXT: Vicuna's, or Mistral's with the question between marks of an instruction.</summary>
internal static class LlavaNextPrompts
{
    private const string Mistral =
        "{% for message in messages %}{% if message.role == 'system' %}" +
        "{{ '<<SYS>>\\n' + message.content[0].text + '\\n<</SYS>>\\n\\n' }}" +
        "{% elif message.role == 'user' %}{{ '[INST] ' }}" + PromptParts.ImagesFirst + PromptParts.Texts + "{{ '[/INST]' }}" +
        "{% else %}{{ ' ' + message.content[0].text }}{% endif %}{% endfor %}";

    private static readonly string[] ModelTypes = ["llava_next"];

    /// <summary>
    /// The forms. The chat templates that Hugging Face publishes with Vicuna leave its sentence to the user, so that only the model's type
    /// tells it from LLaVA-1.5's.
    /// </summary>
    internal static PromptForm[] Forms { get; } =
    [
        new("Vicuna", LlavaPrompt.ChatTemplate, ModelTypes) { SystemText = VicunaPrompt.SystemText },
        new("Mistral", Mistral, ModelTypes),
    ];
}
