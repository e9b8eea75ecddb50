using System.Globalization;

namespace EosMLNet.Checkpoints;

/// <summary>The text of a video's steps, for models that read when each of them is.</summary>
internal static class VideoSteps
{
    /// <summary>For each step its time and the place of a video: <c>&lt;0.5 seconds&gt;</c>, and so on.</summary>
    /// <param name="seconds">When the steps are.</param>
    /// <param name="place">What stands for a video.</param>
    internal static string Write(IReadOnlyList<double> seconds, string place) =>
        string.Concat(seconds.Select(time => $"<{Tenths(time)} seconds>{place}"));

    /// <summary>
    /// A time with one decimal, as Python's <c>.1f</c> writes it: of two equally near, the one whose last digit is even. Only odd quarters
    /// of a second lie just between two tenths.
    /// </summary>
    internal static string Tenths(double seconds)
    {
        var shown = (seconds * 4 % 4) switch
        {
            1 => Math.Floor(seconds) + 0.2,
            3 => Math.Floor(seconds) + 0.8,
            _ => seconds,
        };
        return shown.ToString("F1", CultureInfo.InvariantCulture);
    }
}
