using System.Globalization;
using System.Text.Json;

namespace EosMLNet.Tool.Tests.Evaluate;

public sealed class EvaluateCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private Task<EosRun> Evaluate(params string[] more) =>
        EosRun.Of(["evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3", .. more]);

    [Fact]
    public async Task Every_row_is_answered_scored_and_written()
    {
        var run = await Evaluate("--predictions", tiny["predictions.tsv"], "--json", tiny["result.json"]);
        run.MustSucceed();
        Assert.Contains("12 questions about 6 images", run.Output);
        Assert.Contains("rows.tsv: accuracy, % averaged over families, 12 questions", run.Output);
        Assert.Matches(@"colour +\d+\.\d\d", run.Output);
        Assert.Matches(@"unreduced +\d+\.\d\d +1\.000 +16 +16 +1\.000", run.Output);
        Assert.Contains("Mean 16 and final 16 visual tokens; MACs 1.000", run.Output);

        var rows = File.ReadAllLines(tiny["predictions.tsv"]).Select(line => line.Split('\t')).ToArray();
        Assert.Equal(["Benchmark", "Plan", "ImagePath", "Question", "Answer", "Family", "PredictedAnswer", "Score", "Correct"], rows[0]);
        Assert.Equal(13, rows.Length);
        Assert.Equal(["rows.tsv", "unreduced", "0.png", "how many of 1?", "2", "count"], rows[2][..6]);
        Assert.Equal(["0.png", "0.png", "1.png", "1.png", "2.png"], rows[1..6].Select(row => row[2]));
        Assert.All(rows[1..], row => Assert.InRange(double.Parse(row[7], CultureInfo.InvariantCulture), 1e-4, 1));
        Assert.True(rows[1..].Select(row => row[7]).Distinct().Count() > 2); // probabilities, not right and wrong
        using var result = JsonDocument.Parse(File.ReadAllText(tiny["result.json"]));
        var plan = result.RootElement.GetProperty("benchmarks")[0].GetProperty("plans")[0];
        Assert.Equal(rows.Skip(1).Average(row => int.Parse(row[8])) * 100, plan.GetProperty("details").GetProperty("all rows").GetDouble(), 9);
        Assert.Equal(rows.Skip(1).Select(row => row[6]), plan.GetProperty("answers").EnumerateArray().Select(answer => answer.GetString()));
    }

    [Fact]
    public async Task A_question_that_is_too_long_is_counted_and_said()
    {
        File.WriteAllLines(tiny["long.tsv"], [.. File.ReadAllLines(tiny.Table), $"{new string('?', 5000)}\t0.png\tred\tcolour"]);
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny["long.tsv"], "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3",
            "--plan", tiny.Plan(6), "--predictions", tiny["long-predictions.tsv"], "--json", tiny["long.json"]);
        run.MustSucceed();
        Assert.Contains("1 of 13 questions are longer than the model was made for", run.Output);
        using var result = JsonDocument.Parse(File.ReadAllText(tiny["long.json"]));
        var benchmark = result.RootElement.GetProperty("benchmarks")[0];
        Assert.Equal((13, 1), (benchmark.GetProperty("questions").GetInt32(), benchmark.GetProperty("tooLong").GetInt32()));
        Assert.All(File.ReadAllLines(tiny["long-predictions.tsv"]).Where(line => line.Contains("?????")), line => Assert.EndsWith("\tNaN\t0", line));
    }

    [Fact]
    public async Task What_the_reader_of_the_files_noted_is_printed_once()
    {
        File.WriteAllLines(tiny["quoted.tsv"], [.. File.ReadAllLines(tiny.Table), "\"what colour is it?\"\t0.png\tred\tcolour"]);
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny["quoted.tsv"], "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "3", "--plan", tiny.Plan(6));
        run.MustSucceed();
        var notes = run.Output.Split('\n').Where(line => line.StartsWith("Note: ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, notes.Length);
        Assert.Single(notes, note => note.Contains("CLIP's are taken"));
        Assert.Single(notes, note => note.Contains("quotation mark, first in line 14"));
    }

    [Fact]
    public async Task Answers_do_not_depend_on_the_batch_size()
    {
        await Evaluate("--plan", tiny.Plan(6), "--predictions", tiny["one.tsv"], "--batch-size", "1");
        await Evaluate("--plan", tiny.Plan(6), "--predictions", tiny["many.tsv"], "--batch-size", "12");
        Assert.Equal(File.ReadAllText(tiny["one.tsv"]), File.ReadAllText(tiny["many.tsv"]));
    }

    [Fact]
    public async Task Plans_stand_beside_the_unreduced_model_with_agreement_intervals_and_ledger()
    {
        var run = await Evaluate("--plan", tiny.Plan(4), "--plan", tiny.Plan(9), "--limit", "5", "--json", tiny["plans.json"]);
        run.MustSucceed();
        Assert.Matches(@"plan-4 +\d+\.\d\d +\d\.\d{3} +4 +4 ", run.Output);
        Assert.Matches(@"plan-9 +plan-4 +[+-]?\d+\.\d\d +[+-]?\d+\.\d\d +[+-]?\d+\.\d\d", run.Output);
        Assert.Matches(@"layer +unreduced +plan-4 +plan-9\n", run.Output);
        Assert.Matches(@"\n +0 +16 +4 +9\n", run.Output);
        Assert.Contains("plan-4:\nMean 4 and final 4 visual tokens", run.Output);
        using var json = JsonDocument.Parse(File.ReadAllText(tiny["plans.json"]));
        var report = json.RootElement.GetProperty("benchmarks")[0];
        Assert.Equal(5, report.GetProperty("questions").GetInt32());
        Assert.Equal(["unreduced", "plan-4", "plan-9"], report.GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("plan").GetString()));
        Assert.All(report.GetProperty("plans").EnumerateArray(), plan => Assert.Equal(4, plan.GetProperty("ledger").GetProperty("visualTokensPerLayer").GetArrayLength()));
        Assert.Equal([("plan-4", "unreduced"), ("plan-9", "unreduced"), ("plan-9", "plan-4")],
            report.GetProperty("differences").EnumerateArray().Select(d => (d.GetProperty("a").GetString(), d.GetProperty("b").GetString())));
        Assert.All(report.GetProperty("differences").EnumerateArray(), d =>
            Assert.InRange(d.GetProperty("difference").GetDouble(), d.GetProperty("low").GetDouble() - 1e-9, d.GetProperty("high").GetDouble() + 1e-9));
    }

    [Fact]
    public async Task Benchmarks_are_read_from_their_published_layout_and_stand_in_one_table()
    {
        WriteBenchmarks();
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--benchmark", "all", "--data", tiny["benchmarks"], "--plan", tiny.Plan(4), tiny.Plan(9), "--device", "cpu",
            "--max-new-tokens", "2", "--json", tiny["benchmarks.json"]);
        run.MustSucceed();
        Assert.Contains("pope, 6 questions about 2 images", run.Output);
        Assert.Contains("pope: F1, mean of the splits, %, 6 questions", run.Output);
        Assert.Matches(@"plan +mean tokens +mme +pope +mean, % of unreduced", run.Output);
        Assert.Matches(@"plan-9 +9 +\d+\.\d\d +\d+\.\d\d", run.Output);
        using var json = JsonDocument.Parse(File.ReadAllText(tiny["benchmarks.json"]));
        Assert.Equal(["mme", "pope"], json.RootElement.GetProperty("benchmarks").EnumerateArray().Select(report => report.GetProperty("name").GetString()));

        var alone = await EosRun.Of("evaluate", "--model", tiny.Model, "--benchmark", "pope", "--data", Path.Combine(tiny["benchmarks"], "pope"), "--device", "cpu", "--max-new-tokens", "2", "--json", tiny["pope.json"]);
        alone.MustSucceed();
        using var pope = JsonDocument.Parse(File.ReadAllText(tiny["pope.json"]));
        static string? Answers(JsonElement report) => report.GetProperty("plans")[0].GetProperty("answers").ToString();
        Assert.Equal(Answers(json.RootElement.GetProperty("benchmarks")[1]), Answers(pope.RootElement.GetProperty("benchmarks")[0]));
    }

    [Theory]
    [InlineData("EOS1013", "--images is missing", "--data", "rows.tsv")]
    [InlineData("EOS1013", "There is no benchmark 'pop'", "--data", ".", "--benchmark", "pop")]
    [InlineData("EOS1013", "--images and --limit are for tables", "--data", ".", "--benchmark", "pope", "--limit", "3")]
    [InlineData("EOS1001", "has no folder of a benchmark", "--data", ".", "--benchmark", "all")]
    [InlineData("EOS1001", "coco_pope_random.json", "--data", ".", "--benchmark", "pope")]
    public async Task What_was_asked_for_wrongly_is_said(string code, string message, params string[] options)
    {
        using var empty = new TemporaryFolder();
        var run = await EosRun.Of(["evaluate", "--model", tiny.Model, .. options.Select(option => option == "." ? empty.Path : option)]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"error {code}:", run.Error);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task A_table_may_ask_about_several_images_at_once()
    {
        File.WriteAllLines(tiny["several.tsv"], ["ImagePath\tQuestion\tAnswer", "[\"0.png\", \"1.png\"]\twhat colour is it?\tred", "['1.png', '0.png']\twhat colour is it?\tred", "2.png\thow many of 4?\t2"]);
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--plan", tiny.Plan(4), "--data", tiny["several.tsv"], "--images", tiny.Images, "--device", "cpu",
            "--predictions", tiny["several-answers.tsv"]);
        run.MustSucceed();
        Assert.Contains("3 questions about 3 images", run.Output);
        Assert.Equal(["[\"0.png\", \"1.png\"]", "['1.png', '0.png']", "2.png"], File.ReadLines(tiny["several-answers.tsv"]).Skip(1).Take(3).Select(line => line.Split('\t')[2]));
    }

    [Fact]
    public async Task Progress_is_plain_lines_when_redirected()
    {
        var run = await Evaluate("--batch-size", "3");
        Assert.Contains("Answering rows.tsv, unreduced: 0 %, 0 of 12 questions, 0 s\n", run.Output);
        Assert.Contains("Answering rows.tsv, unreduced: 100 %, done in ", run.Output);
        Assert.DoesNotContain(run.Output, character => char.IsControl(character) && character != '\n');
        Assert.All(run.Output.Split('\n').Where(line => !line.Contains(Path.GetTempPath(), StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task Cancelling_ends_with_130()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var run = await EosRun.Cancellable(source.Token, "evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--predictions", tiny["none.tsv"]);
        Assert.Equal((130, "Cancelled. Nothing was written.\n"), (run.ExitCode, run.Error.ReplaceLineEndings("\n")));
        Assert.False(File.Exists(tiny["none.tsv"]));
    }

    // POPE and MME in small, about the fixture's images.
    private void WriteBenchmarks()
    {
        string pope = Path.Combine(tiny["benchmarks"], "pope"), count = Path.Combine(tiny["benchmarks"], "mme", "count");
        Directory.CreateDirectory(Path.Combine(pope, "val2014"));
        Directory.CreateDirectory(count);
        for (var image = 0; image < 2; image++)
        {
            File.Copy(Path.Combine(tiny.Images, $"{image}.png"), Path.Combine(pope, "val2014", $"{image}.png"));
            File.Copy(Path.Combine(tiny.Images, $"{image}.png"), Path.Combine(count, $"{image}.png"));
            File.WriteAllText(Path.Combine(count, $"{image}.txt"), "is it red?\tYes\nis it green?\tNo\n");
        }
        foreach (var split in (string[])["random", "popular", "adversarial"])
            File.WriteAllLines(Path.Combine(pope, $"coco_pope_{split}.json"), ["""{"image": "0.png", "text": "is it red?", "label": "yes"}""", """{"image": "1.png", "text": "is it blue?", "label": "no"}"""]);
    }
}
