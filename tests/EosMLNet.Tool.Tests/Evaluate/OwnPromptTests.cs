namespace EosMLNet.Tool.Tests.Evaluate;

/// <summary>A prompt template and a system text of the user's own, on the command line (build/docs/adr/0031).</summary>
public sealed class OwnPromptTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Template_and_system_text_reach_the_model()
    {
        var plain = await Predicted("plain.tsv");
        var own = await Predicted("own.tsv", "--prompt-template", @"{system}\n<image> {question} :", "--system", "red red");
        Assert.NotEqual(plain, own);
        Assert.Equal(own, await Predicted("same.tsv", "--prompt-template", "{system}\n<image> {question} :", "--system-text", "red red"));
        Assert.NotEqual(own, await Predicted("other.tsv", "--prompt-template", "{system}\n<image> {question} :", "--system", "colour"));
    }

    [Fact]
    public async Task What_cannot_be_a_prompt_is_refused()
    {
        var run = await Evaluate("--prompt-template", "<image>");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("EOS1013", run.Error + run.Output);
        Assert.Contains("{question}", run.Error + run.Output);
    }

    private async Task<string> Predicted(string file, params string[] more)
    {
        var run = await Evaluate(["--predictions", tiny[file], .. more]);
        run.MustSucceed();
        return File.ReadAllText(tiny[file]);
    }

    private Task<EosRun> Evaluate(params string[] more) =>
        EosRun.Of(["evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--max-new-tokens", "1", .. more]);
}
