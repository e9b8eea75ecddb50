using System.Text.Encodings.Web;
using System.Text.Json;
using Benchmarks.Backbones;
using Benchmarks.Quality;

namespace Benchmarks.Report;

/// <summary>
/// Writes <c>quality.json</c>, <c>quality.md</c>, a page for each model, <c>operators.md</c> and the images of what is measured so far.
/// </summary>
internal static class QualityReport
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void Write(string folder, IReadOnlyList<(Workbench Bench, IReadOnlyList<Trial> Trials)> benches)
    {
        QualityResults[] all = [.. benches.Select(one => new QualityResults(one.Bench, one.Trials))];
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, "quality.json"), Json(all) + "\n");
        foreach (var results in all)
            AtomicFile.WriteText(Path.Combine(folder, $"quality-{results.Bench.Subject.Name}.md"), QualityPage.Write(results, [.. AccuracyChart.Draw(results, folder)]));
        AtomicFile.WriteText(Path.Combine(folder, "operators.md"), OperatorPage.Write(
            [.. all.Select(results => (results, (IReadOnlyList<string>)[.. OperatorChart.Draw(results, folder), .. TokenMaps.Draw(results, folder)]))], Remarks(folder, "operators-remarks.md")));
        AtomicFile.WriteText(Path.Combine(folder, "quality.md"), QualityPage.WriteAll(all, Remarks(folder, "remarks.md"), BackboneDocument.Load(folder)));
    }

    // What a person has to say about the numbers lies beside them, and survives the next run.
    private static string? Remarks(string folder, string name) => File.Exists(Path.Combine(folder, name)) ? File.ReadAllText(Path.Combine(folder, name)) : null;

    private static string Json(IEnumerable<QualityResults> all) => JsonSerializer.Serialize(new
    {
        date = DateOnly.FromDateTime(DateTime.Today),
        hardware = Hardware.Describe(),
        models = all.ToDictionary(results => results.Bench.Subject.Name, OfModel),
    }, Readable);

    private static object OfModel(QualityResults results)
    {
        var data = results.Bench.Data;
        return new
        {
            model = results.Bench.Model.Fingerprint,
            visual_tokens = results.Bench.PlanModel.VisualTokens,
            test = new { questions = data.Test.Examples.Count, images = data.Test.Images.Count, fingerprint = data.Test.Fingerprint },
            search = new { questions = data.Search.Examples.Count, images = data.Search.Images.Count, fingerprint = data.Search.Fingerprint },
            missing = results.Trials.Count - results.Done.Count,
            unreduced = results.Unreduced is null ? null : Row(results, results.Unreduced),
            shrunk_accuracy = results.Shrunk is null ? null : (double?)Math.Round(results.Shrunk.Accuracy, 5),
            difficult_questions = results.Difficult?.Rows.Count,
            rows = Rows(results, QualityTrials.Main),
            results.Differences,
            agnostic = Rows(results, QualityTrials.Agnostic),
            agnostic_differences = results.AgnosticDifferences,
            answer_times = results.Times.Select(one => new { one.Plan.Trial.Budget, one.Times.Machine, one.Times.Batches, one.Times.ReducedPeakShare, one.Times.UnreducedPeakShare }),
            horizon = Rows(results, Horizon.Section),
            front = Rows(results, QualityTrials.Front),
            family = Rows(results, QualityTrials.Family),
            ablations = Rows(results, Ablations.Section),
            transfer_families = Rows(results, Transfers.Families),
            transfer_precisions = Rows(results, Transfers.Precisions),
            transfer_sizes = Rows(results, Transfers.Sizes),
            transfer_models = Rows(results, Transfers.Models),
        };
    }

    private static IEnumerable<Row> Rows(QualityResults results, string section) =>
        results.Of(section).Where(done => done != results.Unreduced).Select(done => Row(results, done));

    private static Row Row(QualityResults results, Measured done) => new()
    {
        Budget = done.Trial.Budget,
        Method = done.Trial.Method,
        Kind = done.Trial.Kind.ToString().ToLowerInvariant(),
        Seed = done.Trial.Seed,
        Accuracy = Math.Round(done.Accuracy, 5),
        ByFamily = done.ByFamily.ToDictionary(family => family.Key, family => Math.Round(family.Value, 5)),
        DifficultAccuracy = results.DifficultAccuracy([done]) is { } difficult ? Math.Round(difficult, 5) : null,
        WorstFamily = results.WorstFamilyOf([done])?.Name,
        WorstFamilyPoints = results.WorstFamilyOf([done])?.Points,
        ReadingAccuracy = Math.Round(done.Reading, 5),
        MeanTokens = done.Ledger.Mean,
        FinalTokens = done.Ledger.Final,
        MacsRatio = Math.Round(done.Ledger.MacsRatio, 5),
        KvBytesRatio = Math.Round(done.Ledger.KvBytesRatio, 5),
        TokensPerLayer = done.Ledger.VisualTokensPerLayer,
        AgreementWithUnreduced = results.Agreement(done) is { } agreement ? Math.Round(agreement, 5) : null,
        QuestionAgnostic = done.Plan.IsQuestionAgnostic,
        MillisecondsPerAnswer = Math.Round(done.Milliseconds, 3),
        SearchSeconds = done.Cost.Questions == 0 ? 0 : Math.Round(done.Cost.Seconds, 1),
        SearchQuestions = done.Cost.Questions,
        SearchPeakMegabytes = done.Cost.Questions == 0 ? 0 : Math.Round(done.Cost.PeakBytes / 1e6),
        SearchNote = done.Cost.Note,
    };
}
