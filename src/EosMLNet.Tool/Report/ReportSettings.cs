namespace EosMLNet.Tool.Report;

/// <summary>What a report is to be about.</summary>
internal sealed record ReportSettings
{
    /// <summary>The model folder's name.</summary>
    public required string Model { get; init; }

    /// <summary>The table's name.</summary>
    public required string Table { get; init; }

    /// <summary>The plan that the report is about, and those that stand beside it.</summary>
    public required IReadOnlyList<(string Name, ReductionPlan Plan)> Plans { get; init; }

    /// <summary>Hand-made methods, as <see cref="ReportPresets"/> knows them.</summary>
    public string Presets { get; init; } = ReportPresets.Default;

    /// <summary>About how many questions are asked; 0 for all.</summary>
    public int Questions { get; init; } = 1000;

    /// <summary>The most questions that are shown of those lost, and of those won.</summary>
    public int Cases { get; init; } = 12;

    /// <summary>How many further pictures are shown.</summary>
    public int Pictures { get; init; } = 8;

    /// <summary>The most bytes that all pictures may take.</summary>
    public long PictureBytes { get; init; } = 8 << 20;

    /// <summary>The longest answer, in tokens.</summary>
    public int MaxNewTokens { get; init; } = 8;

    /// <summary>Questions that are answered at once.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>How often each question is timed; 0 for not at all.</summary>
    public int LatencyRounds { get; init; } = 9;

    /// <summary>What predicts times; null for nothing.</summary>
    public LatencyTable? Latency { get; init; }

    /// <summary>The search's loss at every step; empty where it is not known.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];
}
