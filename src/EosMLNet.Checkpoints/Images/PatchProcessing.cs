namespace EosMLNet.Checkpoints;

/// <summary>
/// A family's way of cutting images into patches, where the checkpoint's file does not say otherwise, and the sizes of patches that its
/// model takes.
/// </summary>
/// <param name="Name">The class's name, as <c>image_processor_type</c> has it.</param>
/// <param name="PatchSize">The side of a patch in pixels, as the model's config.json has it.</param>
/// <param name="MergeSize">How many patches on a side become one token, as the model's config.json has it.</param>
/// <param name="FramesPerStep">How many frames a patch holds, one behind the other, as the model's config.json has it.</param>
/// <param name="Limits">The area that images are resized to.</param>
/// <param name="Video">The same for videos.</param>
/// <param name="Mean">What is subtracted from red, green and blue, of 0 to 1; null for CLIP's.</param>
/// <param name="Std">What they are then divided by; null for CLIP's.</param>
public sealed record PatchProcessing(
    string Name, int PatchSize, int MergeSize, int FramesPerStep, PixelLimits Limits, VideoProcessing Video,
    IReadOnlyList<double>? Mean = null, IReadOnlyList<double>? Std = null)
{
    /// <summary>What both sides of an image become multiples of: the side of a token in pixels.</summary>
    public int Factor => PatchSize * MergeSize;
}
