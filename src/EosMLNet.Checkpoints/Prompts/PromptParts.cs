namespace EosMLNet.Checkpoints;

/// <summary>What the chat templates of several families have in common.</summary>
internal static class PromptParts
{
    /// <summary>A message's images, then its videos, a line each.</summary>
    internal const string ImagesFirst =
        "{% for part in message.content if part.type == 'image' %}{{ '<image>\\n' }}{% endfor %}" +
        "{% for part in message.content if part.type == 'video' %}{{ '<video>\\n' }}{% endfor %}";

    /// <summary>A message's texts, a space behind each.</summary>
    internal const string Texts = "{% for part in message.content if part.type == 'text' %}{{ part.text + ' ' }}{% endfor %}";
}
