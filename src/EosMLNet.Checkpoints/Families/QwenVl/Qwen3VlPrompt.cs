namespace EosMLNet.Checkpoints;

/// <summary>
/// Qwen3-VL's prompt: Qwen2-VL's without a system text of its own. A video stands there step by step, each with its time in front.
/// </summary>
internal static class Qwen3VlPrompt
{
    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new("Qwen3-VL", Qwen2VlPrompt.Messages, ["qwen3_vl"])
    {
        Image = Qwen2VlPrompt.Image,
        Video = Qwen2VlPrompt.Video,
        HasTimedVideos = true,
    };
}
