using System.Diagnostics;
using System.Text.Json.Nodes;
using Benchmarks.Quality;
using EosMLNet.Tests;

namespace Benchmarks.Tests.Quality;

public sealed class QualityCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6); // for a run that hangs, not for a busy machine

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_killed_run_goes_on_and_writes_the_report()
    {
        using (var first = Start("main", jobs: 2))
        {
            var clock = Stopwatch.StartNew();
            while (Results().Count == 0 && clock.Elapsed < Patience)
                Thread.Sleep(20);
            first.Kill(entireProcessTree: true);
            first.WaitForExit();
        }
        var kept = Results();
        Assert.NotEmpty(kept);

        using (var second = Start("main", jobs: 1))
        {
            Assert.True(second.WaitForExit(Patience));
            Assert.Equal(0, second.ExitCode);
        }
        Assert.All(kept, result => Assert.Equal(result.Value, File.GetLastWriteTimeUtc(result.Key)));
        AssertReport();
    }

    private Process Start(string pattern, int jobs) => Process.Start(new ProcessStartInfo("dotnet",
        [typeof(QualityCommand).Assembly.Location, "quality", "--quick", "--model", "scenes-llava", "--jobs", $"{jobs}", "--only", pattern, "--work", folder["work"], "--output", folder["report"]]))!;

    private Dictionary<string, DateTime> Results() => !Directory.Exists(folder["work"]) ? []
        : Directory.GetFiles(folder["work"], "main~*~test.json", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);

    private void AssertReport()
    {
        var settings = QualitySettings.Quick;
        var models = JsonNode.Parse(File.ReadAllText(folder["report/quality.json"]))!["models"]!;
        var report = models["scenes-llava"]!;
        var rows = report["rows"]!.AsArray();
        var difficult = report["difficult_questions"]!.GetValue<int>();
        Assert.InRange(difficult, 1, report["test"]!["questions"]!.GetValue<int>());
        Assert.InRange(report["shrunk_accuracy"]!.GetValue<double>(), 0, 0.999);
        Assert.Equal(1, report["unreduced"]!["difficult_accuracy"]!.GetValue<double>());
        Assert.Null(report["unreduced"]!["worst_family"]);
        Assert.Equal(0, report["unreduced"]!["worst_family_points"]!.GetValue<double>());
        foreach (var row in rows)
        {
            var budget = row!["budget"]!.GetValue<int>();
            Assert.Contains(budget, settings.Budgets);
            Assert.Contains(row["kind"]!.GetValue<string>(), (string[])["preset", "search", "eos"]);
            Assert.NotEmpty(row["method"]!.GetValue<string>());
            Assert.InRange(row["seed"]!.GetValue<int>(), 1, 3);
            Assert.InRange(row["mean_tokens"]!.GetValue<double>(), 1, budget);
            Assert.InRange(row["final_tokens"]!.GetValue<double>(), 1, budget);
            Assert.InRange(row["macs_ratio"]!.GetValue<double>(), 0.01, 0.99);
            Assert.True(row["search_seconds"]!.GetValue<double>() >= 0);
            var families = row["by_family"]!.AsObject();
            Assert.Equal(8, families.Count);
            Assert.Equal(families.Average(family => family.Value!.GetValue<double>()), row["accuracy"]!.GetValue<double>(), 2e-5);
            Assert.Equal(families["number"]!.GetValue<double>(), row["reading_accuracy"]!.GetValue<double>());
            Assert.InRange(row["difficult_accuracy"]!.GetValue<double>(), 0, 1);
            var whole = report["unreduced"]!["by_family"]!.AsObject();
            var losses = families.ToDictionary(
                family => family.Key, family => 100 * (family.Value!.GetValue<double>() - whole[family.Key]!.GetValue<double>()));
            Assert.Equal(Math.Min(0, losses.Values.Min()), row["worst_family_points"]!.GetValue<double>(), 0.01);
            if (row["worst_family"] is { } worst)
                Assert.Equal(losses.Values.Min(), losses[worst.GetValue<string>()], 0.01);
        }
        foreach (var budget in settings.Budgets)
        {
            var here = rows.Where(row => row!["budget"]!.GetValue<int>() == budget).ToList();
            Assert.Equal(settings.Seeds, here.Where(row => row!["kind"]!.GetValue<string>() == "eos").Select(row => row!["seed"]!.GetValue<int>()).Order());
            var others = here.Select(row => row!["method"]!.GetValue<string>()).Where(method => method != QualityTrials.EosName).Append("unreduced");
            var differences = report["differences"]!.AsArray().Where(difference => difference!["budget"]!.GetValue<int>() == budget).ToList();
            Assert.Equal(others.Distinct().Order(), differences.Select(difference => difference!["b"]!.GetValue<string>()).Order());
            Assert.All(differences, difference =>
            {
                Assert.Equal(QualityTrials.EosName, difference!["a"]!.GetValue<string>());
                Assert.InRange(difference["points"]!.GetValue<double>(), difference["low"]!.GetValue<double>(), difference["high"]!.GetValue<double>());
            });
        }
        var times = report["answer_times"]!.AsArray();
        Assert.Equal(settings.Budgets, times.Select(row => row!["budget"]!.GetValue<int>()));
        Assert.All(times.SelectMany(row => new[] { row!["reduced_peak_share"]!, row["unreduced_peak_share"]! }), share => Assert.InRange(share.GetValue<double>(), 0.001, 1));
        Assert.All(times, row => Assert.Equal([1, 8], row!["batches"]!.AsArray().Select(batch => batch!["questions"]!.GetValue<int>())));
        foreach (var measured in times.SelectMany(row => row!["batches"]!.AsArray()).SelectMany(batch => new[] { batch!["reduced"]!.AsArray(), batch["unreduced"]!.AsArray() }))
        {
            Assert.Equal(settings.TimedQuestions, measured.Count);
            Assert.All(measured, milliseconds => Assert.InRange(milliseconds!.GetValue<double>(), 0.1, Patience.TotalMilliseconds));
        }
        var page = File.ReadAllText(folder["report/quality-scenes-llava.md"]);
        Assert.Contains("## The time of answers", page);
        AssertOperators(File.ReadAllText(folder["report/operators.md"]), settings);
        Assert.Contains("accuracy-macs-scenes-llava.png", page);
        Assert.Contains($"**Difficult questions:** {difficult} of ", page);
        Assert.Contains(" difficult questions | worst family | reading |", page);
        // Of the other model nothing is measured.
        Assert.Null(models["scenes-qwen"]!["difficult_questions"]);
        Assert.DoesNotContain("**Difficult questions:**", File.ReadAllText(folder["report/quality-scenes-qwen.md"]));
        Assert.Contains("| scenes-llava | ", File.ReadAllText(folder["report/quality.md"]));
    }

    private void AssertOperators(string page, QualitySettings settings)
    {
        Assert.Contains("## scenes-llava: 144 visual tokens, 6 layers", page);
        Assert.DoesNotContain("scenes-qwen", page); // of which nothing is measured
        Assert.All(settings.Budgets, budget => Assert.Contains($"\n| {budget} | yes | {settings.Seeds.Count} | ", page));
        string[] images = [.. Directory.GetFiles(folder["report"], "*.png").Select(file => Path.GetFileName(file)).Where(name => !name.StartsWith("accuracy", StringComparison.Ordinal))];
        Assert.Equal(2 * settings.Budgets.Count, images.Length);
        Assert.All(images, image => Assert.Contains($"({image})", page));
    }
}
