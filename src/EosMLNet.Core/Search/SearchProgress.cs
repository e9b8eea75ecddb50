using System.Globalization;

namespace EosMLNet.Search;

/// <summary>
/// Where a search stands. It is told on the searching thread, after every step and, in the other phases, after every piece of work.
/// </summary>
/// <param name="Step">Steps made, of <paramref name="Steps"/>; 0 before the first one.</param>
/// <param name="Steps">How many there are. Each of several seeds has as many.</param>
/// <param name="Loss">Mean cross-entropy of the answers' tokens in the last step; not a number before the first one.</param>
/// <param name="Alignment">Normalised squared distance of the text's hidden states to the unreduced model's; 0 where it is not
/// computed.</param>
/// <param name="MeanVisualTokens">Visual tokens of one image, averaged over layers, as a real number; not a number before the first
/// step.</param>
/// <param name="Multipliers">The Lagrange multiplier of each constraint, in the order of <see cref="ConstraintKind.All"/>; none
/// before the first step.</param>
/// <param name="Elapsed">Time since the search began, in this process.</param>
public sealed record SearchProgress(int Step, int Steps, double Loss, double Alignment, double MeanVisualTokens,
    IReadOnlyList<double> Multipliers, TimeSpan Elapsed)
{
    /// <summary>The phase that the search is in. Listen to <see cref="SearchPhase.Steps"/> alone for one report a step.</summary>
    public SearchPhase Phase { get; init; } = SearchPhase.Steps;

    /// <summary>Units of the phase that are done: images, questions, steps, trials or measurements.</summary>
    public int Done { get; init; } = Step;

    /// <summary>
    /// Units of the phase in all. Where trials may end early, the most that there can be: it only shrinks within a phase.
    /// </summary>
    public int Total { get; init; } = Steps;

    /// <summary>
    /// The share of the whole search that is done, all seeds and plans together: from 0 to 1, never falling, and 1 only at the very end. A
    /// resumed search begins where it stopped.
    /// </summary>
    public double Fraction { get; init; }

    /// <summary>
    /// The time that the rest of the whole search will take, as far as its work so far tells; <see langword="null"/> while that is too
    /// little.
    /// </summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The step that a resumed search goes on from; 0 for one that began anew.</summary>
    public int ResumedFrom { get; init; }

    /// <summary>Which of several seeds this is about, from 1.</summary>
    public int Search { get; init; } = 1;

    /// <summary>The number of seeds that are searched.</summary>
    public int Searches { get; init; } = 1;

    /// <summary>The phase and how far it is, in words: "step 36 of 300".</summary>
    public string Activity
    {
        get
        {
            var text = Phase switch
            {
                SearchPhase.Images => $"image {Done} of {Total}",
                SearchPhase.Unreduced => $"unreduced model, question {Done} of {Total}",
                SearchPhase.Steps => $"step {Done} of {Total}",
                SearchPhase.Counts => $"counts, trial {Done} of at most {Total}",
                SearchPhase.Sites => $"sites, trial {Done} of at most {Total}",
                SearchPhase.Corners => $"corners, trial {Done} of at most {Total}",
                SearchPhase.Validation => $"last measurement, question {Done} of {Total}",
                _ => $"latency, measurement {Done} of {Total}",
            };
            return Searches > 1 ? $"seed {Search}/{Searches}, {text}" : text;
        }
    }

    /// <summary>
    /// One line for people, of at most 79 characters: "12 %, step 36 of 300, loss 1.234, 16.0 tokens a layer, 2 min left".
    /// </summary>
    public override string ToString()
    {
        List<string> parts = [FormattableString.Invariant($"{Math.Floor(100 * Fraction + 1e-6):0} %"), Activity];
        if (Phase == SearchPhase.Steps && Step > 0)
            parts.AddRange([Short("loss ", Loss, "0.000"), Short("", MeanVisualTokens, "0.0") + " tokens"]);
        if (Remaining is { } rest)
            parts.Add($"{Duration(rest)} left");
        if (ResumedFrom > 0 && Step == ResumedFrom && Phase != SearchPhase.Corners)
            parts.Add($"resumed from step {ResumedFrom}");
        while (parts.Count > 2 && parts.Sum(part => part.Length + 2) - 2 > 79)
            parts.RemoveAt(2);
        return string.Join(", ", parts);
    }

    /// <summary>A time for people: "40 s", "2 min 10 s", "3 h 5 min".</summary>
    /// <param name="time">The time.</param>
    public static string Duration(TimeSpan time)
    {
        var seconds = Math.Max(0, Math.Round(time.TotalSeconds));
        var invariant = CultureInfo.InvariantCulture;
        return seconds < 60 ? string.Create(invariant, $"{seconds:0} s")
            : seconds < 600 ? string.Create(invariant, $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s")
            : seconds < 3600 ? string.Create(invariant, $"{seconds / 60:0} min")
            : string.Create(invariant, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds / 60) % 60:0} min");
    }

    private static string Short(string name, double value, string format) =>
        name + (Math.Abs(value) < 1e5 ? value.ToString(format, CultureInfo.InvariantCulture)
            : value.ToString("0.0e0", CultureInfo.InvariantCulture));
}
