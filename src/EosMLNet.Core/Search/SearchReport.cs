using System.Globalization;

namespace EosMLNet.Search;

/// <summary>The report of a search.</summary>
public sealed record SearchReport
{
    /// <summary>The searched values of every allowed site, before they became a plan.</summary>
    public required IReadOnlyList<SearchedSite> Sites { get; init; }

    /// <summary>The outcome of each constraint.</summary>
    public required IReadOnlyList<ConstraintReport> Constraints { get; init; }

    /// <summary>Predicted and measured latency; <see langword="null"/> where latency is not limited and nobody asked for it.</summary>
    public LatencyReport? Latency { get; init; }

    /// <summary>Question and answer pairs seen, repetitions included.</summary>
    public required long Samples { get; init; }

    /// <summary>
    /// Validation questions answered to try counts and corners and to measure the result, repetitions included; nothing is learned from
    /// them.
    /// </summary>
    public long TrialQuestions { get; init; }

    /// <summary>Duration of the whole search.</summary>
    public required double Seconds { get; init; }

    /// <summary>The process's largest working set so far, in bytes; on a GPU that is the host's memory.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>The task loss of every step.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>Questions that the following accuracies are over.</summary>
    public required int ValidationQuestions { get; init; }

    /// <summary>
    /// The form of the model that <see cref="ValidationAccuracy"/>, <see cref="FamilyDrops"/> and <see cref="Latency"/> were measured with:
    /// <see cref="Models.VisionLanguageModel.Form"/>. That of answers, where <see cref="SearchResult.AsAnsweredBy"/> was asked.
    /// </summary>
    public required string MeasuredForm { get; init; }

    /// <summary>The part of validation answers that the plan gets right to the last token.</summary>
    public required double ValidationAccuracy { get; init; }

    /// <summary>The form of the model that was searched.</summary>
    public required string SearchedForm { get; init; }

    /// <summary>The plan's accuracy in that form.</summary>
    public required double SearchedAccuracy { get; init; }

    /// <summary>The unreduced model's, in the form that was searched.</summary>
    public required double UnreducedAccuracy { get; init; }

    /// <summary>
    /// By how much each family of questions falls below the unreduced model's accuracy on validation data; negative where it gains. The
    /// unreduced model is the one that was searched.
    /// </summary>
    public required IReadOnlyDictionary<string, double> FamilyDrops { get; init; }

    /// <summary>The most that any of them was to fall by; <see langword="null"/> where nothing was asked.</summary>
    public double? FamilyDropLimit { get; init; }

    /// <summary>The accuracies for people, in a line that says what form of the model they are of.</summary>
    public string DescribeAccuracy()
    {
        var other = MeasuredForm != SearchedForm;
        return string.Create(CultureInfo.InvariantCulture,
            $"Validation accuracy {ValidationAccuracy:0.0000} in {MeasuredForm}, ") +
            (other ? FormattableString.Invariant($"{SearchedAccuracy:0.0000} as it was searched in {SearchedForm}, ") : "") +
            string.Create(CultureInfo.InvariantCulture,
                $"unreduced {UnreducedAccuracy:0.0000}{(other ? $" in {SearchedForm}" : "")}, over {ValidationQuestions} questions");
    }

    /// <summary>
    /// The report for people, a line each: accuracies, constraints, latency, the family that fell most, and what the search took.
    /// </summary>
    public override string ToString()
    {
        List<string> lines =
        [
            DescribeAccuracy(),
            .. Constraints.Select(constraint => constraint.ToString()),
        ];
        if (Latency is not null)
            lines.Add(Latency.ToString());
        if (FamilyDrops.Count > 0)
        {
            var (family, drop) = FamilyDrops.MaxBy(each => each.Value);
            lines.Add(FormattableString.Invariant(
                $"The family that fell most is {(family.Length > 0 ? family : "the only one")}: by {drop:0.0000}"));
        }
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"{Losses.Count} steps, {Samples} samples in {SearchProgress.Duration(TimeSpan.FromSeconds(Seconds))}; " +
            $"peak memory {PeakMemoryBytes / 1e6:0} MB"));
        return string.Join(Environment.NewLine, lines);
    }
}
