namespace EosMLNet.Checkpoints;

/// <summary>The text of a video's steps, for models that read when each of them is.</summary>
internal static class VideoSteps
{
    /// <summary>For each step its time and the place of a video: <c>&lt;0.5 seconds&gt;</c>, and so on.</summary>
    /// <param name="seconds">When the steps are.</param>
    /// <param name="place">What stands for a video.</param>
    internal static string Write(IReadOnlyList<double> seconds, string place) =>
        string.Concat(seconds.Select(time => $"<{VideoFrames.Tenths(time)} seconds>{place}"));
}
