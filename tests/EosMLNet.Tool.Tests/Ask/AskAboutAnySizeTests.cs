using System.Text.Json;

namespace EosMLNet.Tool.Tests.Ask;

/// <summary>Questions about images of any size and videos, through each command, on each family that takes them.</summary>
public sealed class AskAboutAnySizeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Families => ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"];

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Images_and_a_video_are_asked_about_under_a_plan_that_was_searched(string family)
    {
        using var tiny = new TinyBackbone(family);
        var searched = await EosRun.Of("search", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--mean-visual-share", "0.4", "--steps", "4",
            "--device", "cpu", "--output", folder["plan.json"]);
        searched.MustSucceed();
        var evaluated = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--plan", folder["plan.json"], "--device", "cpu",
            "--predictions", folder["predictions.tsv"], "--max-new-tokens", "4");
        evaluated.MustSucceed();
        Assert.DoesNotContain("square", evaluated.Output, StringComparison.Ordinal); // nothing is padded or cropped

        // The video's place is its own in the prompt; its four frames are two steps of two.
        var run = await EosRun.Of("ask", "--model", tiny.Model, "--plan", folder["plan.json"], "--image", Path.Combine(tiny.Images, "wide.png"), "--image", Path.Combine(tiny.Images, "tall.png"),
            "--video", Path.Combine(tiny.Images, "clip"), "--max-new-tokens", "4", "--device", "cpu", "--json", folder["answer.json"], "what colour is it?");
        run.MustSucceed();
        var answer = JsonDocument.Parse(File.ReadAllText(folder["answer.json"])).RootElement;
        Assert.Equal(3, answer.GetProperty("visualTokens").GetArrayLength());
        Assert.Equal(0, answer.GetProperty("visualTokens")[2].GetInt32() % 2);
        Assert.InRange(answer.GetProperty("ledger").GetProperty("macsRatio").GetDouble(), 0.05, 0.95);
    }

    [Theory]
    [InlineData("llava_next")]
    [InlineData("llava_onevision")]
    public async Task Images_in_tiles_are_asked_about_under_a_plan_that_was_searched(string family)
    {
        using var tiny = new TinyBackbone(family);
        var searched = await EosRun.Of("search", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--mean-visual-share", "0.4", "--steps", "4",
            "--device", "cpu", "--output", folder["plan.json"]);
        searched.MustSucceed();
        var run = await EosRun.Of("ask", "--model", tiny.Model, "--plan", folder["plan.json"], "--image", Path.Combine(tiny.Images, "wide.png"), "--image", Path.Combine(tiny.Images, "tall.png"),
            "--max-new-tokens", "4", "--device", "cpu", "--json", folder["answer.json"], "what colour is it?");
        run.MustSucceed();
        var answer = JsonDocument.Parse(File.ReadAllText(folder["answer.json"])).RootElement;
        Assert.Equal(2, answer.GetProperty("visualTokens").GetArrayLength());
        Assert.InRange(answer.GetProperty("ledger").GetProperty("macsRatio").GetDouble(), 0.05, 0.95);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Rows_of_a_table_are_answered_as_each_is_alone(string family)
    {
        using var tiny = new TinyBackbone(family);
        File.AppendAllText(tiny.Table, "video:clip\twhat colour is it?\tgreen\n");
        var together = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--predictions", folder["all.tsv"],
            "--max-new-tokens", "4", "--data-type", "float32");
        together.MustSucceed();
        string[] answers = [.. File.ReadLines(folder["all.tsv"]).Skip(1).Select(line => line.Split('\t')[6])];
        Assert.Equal(7, answers.Length);
        var alone = await EosRun.Of("ask", "--model", tiny.Model, "--video", Path.Combine(tiny.Images, "clip"), "--max-new-tokens", "4", "--device", "cpu", "--data-type", "float32",
            "--json", folder["answer.json"], "what colour is it?");
        alone.MustSucceed();
        Assert.Equal(answers[6], JsonDocument.Parse(File.ReadAllText(folder["answer.json"])).RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task A_search_about_a_video_with_text_between_its_steps_is_refused_with_its_row()
    {
        using var tiny = new TinyBackbone("qwen3_vl");
        File.AppendAllText(tiny.Table, "video:clip\twhat colour is it?\tgreen\n");
        var run = await EosRun.Of("search", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--mean-visual-share", "0.4", "--steps", "4", "--device", "cpu",
            "--output", folder["plan.json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{tiny.Table}(8) : error EOS1015: ", run.Error);
        Assert.False(File.Exists(folder["plan.json"]));
    }

    [Fact]
    public async Task A_model_that_takes_no_videos_says_so()
    {
        using var tiny = new TinyModel();
        using var clips = new TinyBackbone("qwen2_vl");
        var run = await EosRun.Of("ask", "--model", tiny.Model, "--video", Path.Combine(clips.Images, "clip"), "--device", "cpu", "what?");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("eos : error EOS1013: --video was given", run.Error);
    }
}
