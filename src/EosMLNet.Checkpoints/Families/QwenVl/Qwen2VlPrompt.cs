namespace EosMLNet.Checkpoints;

/// <summary>
/// The prompt of Qwen2-VL and Qwen2.5-VL: ChatML, in which images and videos stand where they are in the text, between marks of their own.
/// A conversation without a system text begins with one.
/// </summary>
internal static class Qwen2VlPrompt
{
    /// <summary>What stands for an image.</summary>
    internal const string Image = "<|vision_start|><|image_pad|><|vision_end|>";

    /// <summary>What stands for a video.</summary>
    internal const string Video = "<|vision_start|><|video_pad|><|vision_end|>";

    /// <summary>What writes the messages, without any of its own.</summary>
    internal const string Messages =
        "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}{% for part in message.content %}" +
        "{% if part.type == 'image' %}" + Image + "{% elif part.type == 'video' %}" + Video + "{% else %}{{ part.text }}{% endif %}" +
        "{% endfor %}{{ '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";

    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new("Qwen2-VL",
        "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}" + Messages,
        ["qwen2_vl", "qwen2_5_vl"])
    { Image = Image, Video = Video };
}
