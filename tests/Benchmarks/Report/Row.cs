namespace Benchmarks.Report;

/// <summary>One measured plan in <c>quality.json</c>.</summary>
internal sealed record Row
{
    public required int Budget { get; init; }
    public required string Method { get; init; }
    public required string Kind { get; init; }
    public required int Seed { get; init; }
    public required double Accuracy { get; init; }
    public required IReadOnlyDictionary<string, double> ByFamily { get; init; }
    public required double? DifficultAccuracy { get; init; }
    public required string? WorstFamily { get; init; }
    public required double? WorstFamilyPoints { get; init; }
    public required double ReadingAccuracy { get; init; }
    public required double MeanTokens { get; init; }
    public required double FinalTokens { get; init; }
    public required double MacsRatio { get; init; }
    public required double KvBytesRatio { get; init; }
    public required IReadOnlyList<double> TokensPerLayer { get; init; }
    public required double? AgreementWithUnreduced { get; init; }
    public required bool QuestionAgnostic { get; init; }
    public required double MillisecondsPerAnswer { get; init; }
    public required double SearchSeconds { get; init; }
    public required long SearchQuestions { get; init; }
    public required double SearchPeakMegabytes { get; init; }
    public required string SearchNote { get; init; }
}
