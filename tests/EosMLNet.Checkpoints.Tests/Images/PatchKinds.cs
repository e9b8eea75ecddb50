namespace EosMLNet.Tests.Images;

/// <summary>The ways of making patches that the golden numbers are of.</summary>
internal static class PatchKinds
{
    /// <summary>Qwen2-VL's and Qwen2.5-VL's.</summary>
    internal static PatchProcessing Qwen2 { get; } = new("Qwen2VLImageProcessor", 14, 2, 2, new(56 * 56, 28 * 28 * 16384),
        new("Qwen2VLVideoProcessor", new(128 * 28 * 28, 768 * 28 * 28), LimitsAllFrames: false, new(FrameSpacing.EqualSpans, Multiple: 2)));

    /// <summary>Qwen3-VL's.</summary>
    internal static PatchProcessing Qwen3 { get; } = new("Qwen2VLImageProcessor", 16, 2, 2, new(256 * 256, 4096 * 4096),
        new("Qwen3VLVideoProcessor", new(4096, 24576 * 32 * 32), LimitsAllFrames: true, new(FrameSpacing.FirstToLast)), [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

    /// <summary>The kind of a folder of Golden/backbones.</summary>
    internal static PatchProcessing Of(string folder, int patch) => (folder == "qwen3_vl" ? Qwen3 : Qwen2) with { PatchSize = patch };
}
