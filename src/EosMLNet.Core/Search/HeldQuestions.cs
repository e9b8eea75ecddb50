using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>
/// What a result was measured on, so that the same can be asked of the model in another form. Memory of images and answers stays in use as
/// long as the result does; that of encoded images does not.
/// </summary>
/// <param name="model">The model that was searched; what is asked of it does not need its weights.</param>
/// <param name="validation">The measurement.</param>
/// <param name="unreduced">What the unreduced model reached in it.</param>
/// <param name="limits">The limits of the plan.</param>
/// <param name="cacheBytes">The most memory for encoded images.</param>
internal sealed class HeldQuestions(
    VisionLanguageModel model, Validation validation, ValidationResult unreduced, SearchConstraints limits, long cacheBytes)
{
    private readonly (int Image, IReadOnlyList<int> Ends) tokens = (model.VisualTokenIds[0], model.EosTokenIds);
    private readonly IReadOnlyList<PackedRow> rows = validation.Rows;
    private readonly IReadOnlyList<string> families = validation.Data.Families;
    private readonly (VqaDataset? Source, string Fingerprint) data = (validation.Data.Source, validation.Data.Fingerprint);
    private readonly int batchSize = validation.BatchSize;

    /// <summary>The report with what a model in its form reaches under the plan, and how long it takes where that was asked for.</summary>
    internal SearchReport Measured(ReductionPlan plan, SearchReport report, VisionLanguageModel model, CancellationToken cancellation)
    {
        using var images = new SearchData(rows, ImageCache.OneByOne(model, Source, cacheBytes), families, data.Fingerprint);
        var reached = new Validation(model, new SearchForward(model), images, rows, batchSize).Measure(plan, cancellation);
        return report with
        {
            MeasuredForm = model.Form,
            ValidationAccuracy = reached.Accuracy,
            FamilyDrops = unreduced.Drops(families, reached),
            Latency = limits.MeasuresLatency
                ? LatencyReport.Measure(model, limits, plan, OperatorSearch.TimedRounds, progress: null, cancellation) : null,
        };
    }

    /// <summary>The report with what the answers are worth that somebody else gives under the plan.</summary>
    /// <param name="report">The report.</param>
    /// <param name="form">What the answers are given by.</param>
    /// <param name="generate">Answers prompts with images, with so many tokens at most.</param>
    internal SearchReport Measured(SearchReport report, string form,
        Func<IReadOnlyList<(int[] Prompt, IReadOnlyList<Visual> Images)>, int, IReadOnlyList<int[]>> generate)
    {
        var given = generate([.. rows.SelectMany(row => row.Segments.Select(segment => Prompt(row, segment)))],
            rows.Max(row => row.Segments.Max(segment => segment.Answer.Length)));
        var answer = 0;
        ValidationResult.Row[] found =
        [
            .. rows.Select(row => new ValidationResult.Row([.. row.Segments.Select(_ => double.NaN)], // nobody tells its loss
                [.. row.Segments.Select(segment => IsRight(given[answer++], segment.Answer))])),
        ];
        var reached = ValidationResult.Of(rows, found, families.Count);
        return report with
        {
            MeasuredForm = form,
            ValidationAccuracy = reached.Accuracy,
            FamilyDrops = unreduced.Drops(families, reached),
        };
    }

    private VqaDataset Source =>
        data.Source ?? throw new InvalidOperationException("The images of these questions are not of a dataset.");

    private (int[] Prompt, IReadOnlyList<Visual> Images) Prompt(PackedRow row, PackedRow.Segment segment) => (
        [.. row.Images.SelectMany(image => image.Before.Append(tokens.Image)), .. segment.Question],
        [.. row.Images.Select(image => Source.Images[image.Image])]);

    // The expected answer has the token that ends it, unless it was cut off; the given one has none.
    private bool IsRight(int[] given, int[] expected) => tokens.Ends.Contains(expected[^1])
        ? given.AsSpan().SequenceEqual(expected.AsSpan(0, expected.Length - 1))
        : given.AsSpan().StartsWith(expected);
}
