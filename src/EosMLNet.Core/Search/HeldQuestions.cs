using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>
/// What a result was measured on, so that the same can be asked of the model in another form. Memory of images and answers stays in use as
/// long as the result does; that of encoded images does not.
/// </summary>
/// <param name="validation">The measurement.</param>
/// <param name="unreduced">What the unreduced model reached in it.</param>
/// <param name="limits">The limits of the plan.</param>
/// <param name="cacheBytes">The most memory for encoded images.</param>
internal sealed class HeldQuestions(Validation validation, ValidationResult unreduced, SearchConstraints limits, long cacheBytes)
{
    private readonly IReadOnlyList<PackedRow> rows = validation.Rows;
    private readonly IReadOnlyList<string> families = validation.Data.Families;
    private readonly (VqaDataset? Source, string Fingerprint) data = (validation.Data.Source, validation.Data.Fingerprint);
    private readonly int batchSize = validation.BatchSize;

    /// <summary>The report with what a model in its form reaches under the plan, and how long it takes where that was asked for.</summary>
    internal SearchReport Measured(ReductionPlan plan, SearchReport report, VisionLanguageModel model, CancellationToken cancellation)
    {
        var source = data.Source ?? throw new InvalidOperationException("The images of these questions are not of a dataset.");
        using var images = new SearchData(rows, ImageCache.OneByOne(model, source, cacheBytes), families, data.Fingerprint);
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
}
