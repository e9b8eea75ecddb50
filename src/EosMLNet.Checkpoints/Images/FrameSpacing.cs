namespace EosMLNet.Checkpoints;

/// <summary>Which frames of a video stand for it.</summary>
public enum FrameSpacing
{
    /// <summary>The first frame of each of so many equal spans, as in transformers' class for Qwen2-VL and Qwen2.5-VL.</summary>
    EqualSpans,
    /// <summary>The first frame, the last one, and others at equal distances between them, as in that for Qwen3-VL.</summary>
    FirstToLast,
}
