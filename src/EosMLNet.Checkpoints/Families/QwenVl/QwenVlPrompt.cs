namespace EosMLNet.Checkpoints;

/// <summary>The prompt of Qwen2-VL and Qwen2.5-VL: ChatML with a system turn, and marks around each image.</summary>
internal static class QwenVlPrompt
{
    private const string EachImage = "<|vision_start|><image><|vision_end|>";

    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new(
        "Qwen2-VL", "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n" + EachImage +
        "{question}<|im_end|>\n<|im_start|>assistant\n", EachImage, ["qwen2_5_vl", "qwen2_vl"],
        chatTemplate => chatTemplate.Contains("<|vision_start|>", StringComparison.Ordinal));
}
