namespace EosMLNet.Search;

/// <summary>How a plan was found.</summary>
public sealed record SearchReport
{
    /// <summary>The searched values of every allowed site, before they became a plan.</summary>
    public required IReadOnlyList<SearchedSite> Sites { get; init; }

    /// <summary>The constrained quantity's limit.</summary>
    public required double Limit { get; init; }

    /// <summary>The constrained quantity at the end of the search, a real number: mean visual tokens.</summary>
    public required double SearchedMean { get; init; }

    /// <summary>The same of the plan, whose counts are whole numbers; never above the limit.</summary>
    public required double PlanMean { get; init; }

    /// <summary>How far the plan stays below the limit.</summary>
    public double Slack => Limit - PlanMean;

    /// <summary>The budget's Lagrange multiplier at the end: how much the loss would fall for a budget larger by one part in one.</summary>
    public required double Multiplier { get; init; }

    /// <summary>Question and answer pairs seen, repetitions included.</summary>
    public required long Samples { get; init; }

    /// <summary>Duration of the whole search.</summary>
    public required double Seconds { get; init; }

    /// <summary>The process's largest working set so far, in bytes; on a GPU that is the host's memory.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>The task loss of every step.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>Questions that the following accuracies are over.</summary>
    public required int ValidationQuestions { get; init; }

    /// <summary>The part of validation answers that the plan gets right to the last token.</summary>
    public required double ValidationAccuracy { get; init; }

    /// <summary>The same of the unreduced model.</summary>
    public required double UnreducedAccuracy { get; init; }
}
