namespace EosMLNet.Checkpoints;

/// <summary>A family's way of making patches of a video, where the checkpoint's file does not say otherwise.</summary>
/// <param name="Name">The class's name, as <c>video_processor_type</c> has it.</param>
/// <param name="Limits">The area that frames are resized to.</param>
/// <param name="LimitsAllFrames">Whether the limits are for the area of all frames together; else for that of each.</param>
/// <param name="Sampling">Which frames are seen.</param>
public sealed record VideoProcessing(string Name, PixelLimits Limits, bool LimitsAllFrames, FrameSampling Sampling);
