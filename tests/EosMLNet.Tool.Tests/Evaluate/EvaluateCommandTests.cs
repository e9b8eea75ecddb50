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
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("12 questions about 6 pictures", run.Output);
        Assert.Matches(@"colour +6 +\d\.\d{3}", run.Output);
        Assert.Matches(@"Accuracy \d\.\d{4} of 12 questions, \d\.\d{4} averaged over 2 families", run.Output);
        Assert.Contains("Mean 16 and final 16 visual tokens; MACs 1.000", run.Output);

        var rows = File.ReadAllLines(tiny["predictions.tsv"]).Select(line => line.Split('\t')).ToArray();
        Assert.Equal(["Question", "Answer", "Family", "PredictedAnswer", "Correct"], rows[0]);
        Assert.Equal(13, rows.Length);
        Assert.Equal(("how many of 1?", "2", "count"), (rows[2][0], rows[2][1], rows[2][2]));
        using var result = JsonDocument.Parse(File.ReadAllText(tiny["result.json"]));
        Assert.Equal(rows.Skip(1).Average(row => int.Parse(row[4])), result.RootElement.GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal(rows.Skip(1).Select(row => row[3]), result.RootElement.GetProperty("answers").EnumerateArray().Select(answer => answer.GetString()));
    }

    [Fact]
    public async Task Answers_do_not_depend_on_the_batch_size()
    {
        await Evaluate("--plan", tiny.Plan(6), "--predictions", tiny["one.tsv"], "--batch-size", "1");
        await Evaluate("--plan", tiny.Plan(6), "--predictions", tiny["many.tsv"], "--batch-size", "12");
        Assert.Equal(File.ReadAllText(tiny["one.tsv"]), File.ReadAllText(tiny["many.tsv"]));
    }

    [Fact]
    public async Task A_plan_is_reported_with_its_ledger()
    {
        var run = await Evaluate("--plan", tiny.Plan(4), "--limit", "5");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("of 5 questions", run.Output);
        Assert.Contains("Mean 4 and final 4 visual tokens", run.Output);
    }

    [Fact]
    public async Task Progress_is_plain_lines_when_redirected()
    {
        var run = await Evaluate("--batch-size", "3");
        Assert.Contains("Answering: 100 %  12 of 12\n", run.Output);
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public async Task Cancelling_ends_with_130()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var run = await EosRun.Cancellable(source.Token, "evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--predictions", tiny["none.tsv"]);
        Assert.Equal((130, "Cancelled.\n"), (run.ExitCode, run.Error.ReplaceLineEndings("\n")));
        Assert.False(File.Exists(tiny["none.tsv"]));
    }
}
