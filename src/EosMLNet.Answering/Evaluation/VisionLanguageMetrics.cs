using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;

namespace EosMLNet;

/// <summary>
/// How well answers match the expected ones. An answer is right when it equals the expected one up to case and surrounding white space.
/// </summary>
public sealed class VisionLanguageMetrics
{
    private readonly IReadOnlyList<AnsweredRow> rows;

    internal VisionLanguageMetrics(IReadOnlyList<AnsweredRow> rows, bool hasFamilies)
    {
        this.rows = rows;
        Accuracy = rows.Average(row => row.Right);
        AccuracyByFamily = hasFamilies
            ? rows.GroupBy(row => row.Family).OrderBy(family => family.Key, StringComparer.Ordinal)
                .ToDictionary(family => family.Key, family => family.Average(row => row.Right))
            : new Dictionary<string, double>();
        MeanScore = Mean(row => row.Score);
        MeanVisualTokens = Mean(row => row.VisualTokens);
    }

    /// <summary>Number of rows.</summary>
    public long RowCount => rows.Count;

    /// <summary>The share of right answers over all rows, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>Whether each row's answer is right, in the order of the data.</summary>
    public IReadOnlyList<bool> Correct => [.. rows.Select(row => row.Right > 0)];

    /// <summary>The share of right answers within each family of questions; empty where the data has no family column.</summary>
    public IReadOnlyDictionary<string, double> AccuracyByFamily { get; }

    /// <summary>
    /// The mean of <see cref="AccuracyByFamily"/>, every family counting the same; <see cref="Accuracy"/> where there are no families.
    /// </summary>
    public double FamilyAverage => AccuracyByFamily.Count == 0 ? Accuracy : AccuracyByFamily.Values.Average();

    /// <summary>The mean of the answers' scores, from 0 to 1; NaN where the data has no score column or no answer.</summary>
    public double MeanScore { get; }

    /// <summary>
    /// The visual tokens that a layer sees on average over layers and rows: what the plan costs. NaN where no column was named for it.
    /// </summary>
    public double MeanVisualTokens { get; }

    /// <summary>
    /// The share of rows that both answer alike, right or wrong, from 0 to 1: against the unreduced model's answers, how loyal a plan is.
    /// </summary>
    /// <exception cref="EosException">EOS1013: the other has another number of rows.</exception>
    public double AgreementWith(VisionLanguageMetrics other) =>
        AnswerComparison.Agreement([.. rows.Select(row => row.Answer)], [.. other.rows.Select(row => row.Answer)]);

    /// <summary>
    /// This <see cref="FamilyAverage"/> less another on the same rows, with the paired 95% interval; images are resampled, or rows where no
    /// image column was named.
    /// </summary>
    /// <param name="other">What another plan made of the same rows in the same order.</param>
    /// <param name="seed">Which draws: the same seed gives the same interval.</param>
    /// <exception cref="EosException">EOS1013: the other has another number of rows.</exception>
    public BootstrapInterval DifferenceFrom(VisionLanguageMetrics other, int seed = 1)
    {
        CheckPaired(other);
        var numbers = rows.SelectMany(row => row.Images).Distinct().Index().ToDictionary(known => known.Item, known => known.Index);
        IReadOnlyList<int>[] images = [.. rows.Select(row => (IReadOnlyList<int>)[.. row.Images.Select(image => numbers[image])])];
        return PairedBootstrap.FamilyAverage(
            ImageGroups.OfRows(images), [.. rows.Select(row => row.Family)], [.. rows.Select(row => row.Right)],
            [.. other.rows.Select(row => row.Right)], seed: seed);
    }

    /// <summary>
    /// The figures for people, a line each: rows, accuracy, families where there are some, score and visual tokens where there are columns
    /// for them.
    /// </summary>
    public override string ToString()
    {
        List<string> lines = [FormattableString.Invariant($"{RowCount} rows, accuracy {Accuracy:0.0000}")];
        if (AccuracyByFamily.Count > 0)
        {
            lines[0] += FormattableString.Invariant($", average of families {FamilyAverage:0.0000}");
            lines.AddRange(
                AccuracyByFamily.Select(family =>
                    FormattableString.Invariant($"  {(family.Key.Length > 0 ? family.Key : "(none)")}: {family.Value:0.0000}")));
        }
        if (!double.IsNaN(MeanScore))
            lines.Add(FormattableString.Invariant($"Mean score {MeanScore:0.0000}"));
        if (!double.IsNaN(MeanVisualTokens))
            lines.Add(FormattableString.Invariant($"{MeanVisualTokens:0.#} mean visual tokens"));
        return string.Join(Environment.NewLine, lines);
    }

    private void CheckPaired(VisionLanguageMetrics other)
    {
        if (other.rows.Count != rows.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"One result has {rows.Count} rows, the other {other.rows.Count}; only answers to the same rows can be compared.");
    }

    private double Mean(Func<AnsweredRow, float> value)
    {
        var values = rows.Select(value).Where(x => !float.IsNaN(x)).Select(x => (double)x).ToArray();
        return values.Length == 0 ? double.NaN : values.Average();
    }
}
