namespace EosMLNet;

/// <summary>How well answers match the expected ones. An answer is right when it equals the expected one up to case and surrounding white space.</summary>
public sealed class VisionLanguageMetrics
{
    internal VisionLanguageMetrics(long rowCount, double accuracy, IReadOnlyDictionary<string, double> accuracyByFamily, double meanScore) =>
        (RowCount, Accuracy, AccuracyByFamily, MeanScore) = (rowCount, accuracy, accuracyByFamily, meanScore);

    /// <summary>Number of rows.</summary>
    public long RowCount { get; }

    /// <summary>The share of right answers over all rows, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>The share of right answers within each family of questions; empty where the data has no family column.</summary>
    public IReadOnlyDictionary<string, double> AccuracyByFamily { get; }

    /// <summary>The mean of <see cref="AccuracyByFamily"/>, every family counting the same; <see cref="Accuracy"/> where there are no families.</summary>
    public double FamilyAverage => AccuracyByFamily.Count == 0 ? Accuracy : AccuracyByFamily.Values.Average();

    /// <summary>The mean of the answers' scores, from 0 to 1; NaN where the data has no score column or no answer.</summary>
    public double MeanScore { get; }
}
