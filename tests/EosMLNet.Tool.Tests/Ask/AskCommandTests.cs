using System.Text.Json;

namespace EosMLNet.Tool.Tests.Ask;

public sealed class AskCommandTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private const string Question = "what colour is it?";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Image(int number) => Path.Combine(tiny.Images, $"{number}.png");

    [Fact]
    public async Task The_answer_is_that_of_evaluate_with_its_time_and_tokens_below()
    {
        var run = await Ask("--image", Image(0), "--max-new-tokens", "8", "--json", folder["answer.json"]);
        run.MustSucceed();
        var answer = Json("answer.json");
        var text = answer.GetProperty("answer").GetString()!;
        Assert.Equal(await Evaluated(), text);
        Assert.Contains(text + Environment.NewLine, run.Output);
        Assert.Matches(@"8 tokens in \d+\.\d\d s, the first after \d+\.\d\d s\. The answer was cut off at 8 tokens", run.Output);
        Assert.Contains("16 visual tokens, none of them saved.", run.Output);
        Assert.Equal([16], answer.GetProperty("visualTokens").EnumerateArray().Select(n => n.GetInt32()));
    }

    [Fact]
    public async Task A_plan_tells_what_it_saves()
    {
        var run = await Ask("--image", Image(1), "--plan", tiny.Plan(4), "--max-new-tokens", "2", "--json", folder["answer.json"]);
        run.MustSucceed();
        var ledger = Json("answer.json").GetProperty("ledger");
        Assert.Equal(4, ledger.GetProperty("mean").GetDouble());
        var saved = 1 - ledger.GetProperty("macsRatio").GetDouble();
        Assert.InRange(saved, 0.1, 1);
        Assert.Contains(FormattableString.Invariant($"A layer sees 4 of 16 visual tokens: {saved:0 %} of the"), run.Output.Replace(Environment.NewLine, " "));
    }

    [Fact]
    public async Task Several_images_or_none_can_be_asked_about()
    {
        var two = await Ask("--image", Image(0), "--image", Image(1), "--max-new-tokens", "1");
        two.MustSucceed();
        Assert.Contains("32 visual tokens", two.Output);
        var none = await Ask("--max-new-tokens", "1");
        none.MustSucceed();
        Assert.DoesNotContain("saved", none.Output);
    }

    [Theory]
    [InlineData("EOS1001", "nowhere.png", Question)]
    [InlineData("EOS1010", "text.png", Question)]
    [InlineData("EOS1013", null, " ")]
    public async Task What_cannot_be_asked_is_an_error_with_a_code(string code, string? image, string question)
    {
        File.WriteAllText(folder["text.png"], "no picture");
        var run = await EosRun.Of(["ask", "--model", tiny.Model, "--device", "cpu", .. image is null ? (string[])[] : ["--image", folder[image]], question]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"eos : error {code}: ", run.Error);
    }

    [Fact]
    public async Task A_cancelled_answer_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var run = await EosRun.Cancellable(cancelled.Token, "ask", "--model", tiny.Model, "--device", "cpu", "--image", Image(0), Question);
        Assert.Equal(130, run.ExitCode);
        Assert.Contains("The answer is not complete.", run.Error);
    }

    private Task<EosRun> Ask(params string[] more) => EosRun.Of(["ask", "--model", tiny.Model, "--device", "cpu", .. more, Question]);

    private async Task<string> Evaluated()
    {
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--limit", "1", "--device", "cpu",
            "--max-new-tokens", "8", "--predictions", folder["predictions.tsv"]);
        run.MustSucceed();
        var (header, row) = (File.ReadAllLines(folder["predictions.tsv"])[0].Split('\t'), File.ReadAllLines(folder["predictions.tsv"])[1].Split('\t'));
        return row[Array.IndexOf(header, "PredictedAnswer")];
    }

    private JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(folder[file])).RootElement;
}
