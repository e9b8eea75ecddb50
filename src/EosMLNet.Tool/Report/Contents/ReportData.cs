namespace EosMLNet.Tool.Report.Contents;

/// <summary>All that a report says, without its pictures: what the page is made of, and what <c>--json</c> writes.</summary>
internal sealed record ReportData
{
    /// <summary>The plan's name.</summary>
    public required string Plan { get; init; }

    /// <summary>The model folder's name.</summary>
    public required string Model { get; init; }

    /// <summary>Rows of the table.</summary>
    public required int Rows { get; init; }

    /// <summary>How many of them were asked.</summary>
    public required int Questions { get; init; }

    /// <summary>About how many pictures.</summary>
    public required int Images { get; init; }

    /// <summary>The unreduced model, the plan, further plans, presets.</summary>
    public required IReadOnlyList<ReportMethod> Methods { get; init; }

    /// <summary>The figure and its unit.</summary>
    public required string Metric { get; init; }

    /// <summary>Questions that were longer than the model was made for.</summary>
    public required int TooLong { get; init; }

    /// <summary>Presets that the model has no place for, and why.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Times of prefill; null where none were measured.</summary>
    public required ReportLatency? Latency { get; init; }

    /// <summary>Why not, in a sentence.</summary>
    public required string? NoLatency { get; init; }

    /// <summary>The search's loss at every step; empty where it is not known.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>How many questions only the unreduced model answers right.</summary>
    public required int Lost { get; init; }

    /// <summary>How many questions only the plan answers right.</summary>
    public required int Won { get; init; }

    /// <summary>Where everything comes from, by name.</summary>
    public required IReadOnlyList<ReportFact> Facts { get; init; }

    /// <summary>The unreduced model.</summary>
    internal ReportMethod Unreduced => Methods[0];

    /// <summary>The plan.</summary>
    internal ReportMethod Own => Methods[1];
}
