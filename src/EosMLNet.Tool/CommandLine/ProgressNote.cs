namespace EosMLNet.Tool.CommandLine;

/// <summary>How far a piece of work is.</summary>
/// <param name="Fraction">The share that is done, from 0 to 1.</param>
/// <param name="Activity">What it is busy with, in words.</param>
/// <param name="Details">What else is worth knowing, the most important first; left out where there is no room.</param>
/// <param name="Remaining">The time that is left; <see langword="null"/> where it is not known.</param>
/// <param name="Phase">A new one is worth a line, however soon it comes.</param>
internal sealed record ProgressNote(double Fraction, string Activity, IReadOnlyList<string> Details, TimeSpan? Remaining, string Phase = "")
{
    /// <summary>Work of equal units: the rest takes as long for each as those that are done.</summary>
    internal static ProgressNote Counted(int done, int total, string units, TimeSpan elapsed) =>
        Even((double)done / total, $"{done} of {total} {units}", elapsed);

    /// <summary>The same as a share.</summary>
    internal static ProgressNote Even(double fraction, string activity, TimeSpan elapsed) =>
        new(fraction, activity, [], fraction > 0.02 ? elapsed * ((1 - fraction) / fraction) : null);
}
