using System.Text.Json;

namespace EosMLNet.Tool.Tests.Presets;

public sealed class PresetCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("preset")]
    [InlineData("preset", "--list")]
    public async Task All_presets_are_listed_with_a_line_each(params string[] arguments)
    {
        var run = await EosRun.Of(arguments);
        run.MustSucceed();
        Assert.All(Preset.All, preset => Assert.Contains($"\n  {preset.Name} ", run.Output));
        Assert.Equal(Preset.All.Count + 3, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length); // heading, rule, how to use them
        var json = await EosRun.Of([.. arguments, "--json", "-"]);
        using var list = JsonDocument.Parse(json.Output);
        Assert.Equal(Preset.All.Select(preset => preset.Name), list.RootElement.GetProperty("presets").EnumerateArray().Select(one => one.GetProperty("name").GetString()!));
    }

    [Theory]
    [InlineData("--mean-visual-tokens", "8")]
    [InlineData("--keep", "8")]
    [InlineData("--mean-visual-share", "0.5")]
    public async Task A_plan_is_written_that_evaluate_takes(string option, string budget)
    {
        using var folder = new TemporaryFolder();
        var run = await EosRun.Of("preset", "fastv", "--model", tiny.Model, option, budget, "--output", folder["fastv.json"]);
        run.MustSucceed();
        Assert.Equal(8, ReductionPlan.Load(folder["fastv.json"]).Ledger.Mean);
        var evaluated = await EosRun.Of("evaluate", "--model", tiny.Model, "--plan", folder["fastv.json"], "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu");
        evaluated.MustSucceed();
    }

    [Theory]
    [InlineData("'fasv' is not a preset. Did you mean 'fastv'?", "preset", "fasv", "--model", "MODEL", "--keep", "8")]
    [InlineData("--model is missing", "preset", "fastv", "--keep", "8")]
    [InlineData("--mean-visual-tokens is missing", "preset", "fastv", "--model", "MODEL")]
    [InlineData("were both given", "preset", "fastv", "--model", "MODEL", "--keep", "8", "--mean-visual-share", "0.5")]
    [InlineData("--mean-visual-share is 2", "preset", "fastv", "--model", "MODEL", "--mean-visual-share", "2")]
    [InlineData("--model is missing", "inspect", "fastv:8")]
    [InlineData("'fastv' has no budget", "inspect", "fastv", "--model", "MODEL")]
    public async Task What_is_missing_is_EOS1013(string message, params string[] arguments)
    {
        var run = await EosRun.Of([.. arguments.Select(argument => argument == "MODEL" ? tiny.Model : argument)]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("eos : error EOS1013: ", run.Error);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task A_budget_below_one_token_is_EOS3001()
    {
        var run = await EosRun.Of("preset", "fastv", "--model", tiny.Model, "--keep", "0");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("EOS3001", run.Error);
    }

    [Fact]
    public async Task Where_a_plan_is_expected_a_preset_may_be_named()
    {
        using var folder = new TemporaryFolder();
        var evaluated = await EosRun.Of("evaluate", "--model", tiny.Model, "--plan", "fastv:8", "divprune:25%", tiny.Plan(4), "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu",
            "--json", folder["result.json"]);
        evaluated.MustSucceed();
        using var result = JsonDocument.Parse(File.ReadAllText(folder["result.json"]));
        Assert.Equal(["unreduced", "fastv:8", "divprune:25%", "plan-4"],
            result.RootElement.GetProperty("benchmarks")[0].GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("plan").GetString()!));

        string[] asked = ["ask", "--model", tiny.Model, "--image", Path.Combine(tiny.Images, "0.png"), "--device", "cpu", "--max-new-tokens", "2", "--json", folder["answer.json"], "what?"];
        Assert.Equal(0, (await EosRun.Of([.. asked, "--plan", "tome:4"])).ExitCode);
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllText(folder["answer.json"])).RootElement.GetProperty("ledger").GetProperty("mean").GetDouble());

        var exported = await EosRun.Of("export", "--model", tiny.Model, "--plan", "fastv:8", "--output", folder["exported"]);
        exported.MustSucceed();
        Assert.Equal(8, ReductionPlan.Load(Path.Combine(folder["exported"], "eos-plan.json")).Ledger.Mean);

        var inspected = await EosRun.Of("inspect", "fastv:8", "--model", tiny.Model, "--json", "-");
        Assert.Equal(8, JsonDocument.Parse(inspected.Output).RootElement.GetProperty("ledger").GetProperty("mean").GetDouble());
    }

    [LinuxFact]
    public async Task A_file_of_that_name_is_taken()
    {
        using var folder = new TemporaryFolder();
        File.Copy(tiny.Plan(4), folder["fastv:8"]);
        var run = await EosRun.InFolder(folder.Path, "inspect", "fastv:8", "--json", "-");
        Assert.Equal(4, JsonDocument.Parse(run.Output).RootElement.GetProperty("ledger").GetProperty("mean").GetDouble());
    }

    [Fact]
    public async Task A_preset_that_is_not_known_is_told_before_the_model_is_loaded()
    {
        var run = await EosRun.Of("ask", "--model", "nowhere", "--plan", "fasv:8", "what?");
        Assert.StartsWith("eos : error EOS1013: 'fasv' is not a preset. Did you mean 'fastv'?", run.Error);
    }

    [Fact]
    public async Task Where_images_vary_a_part_is_of_each_image()
    {
        using var varying = new TinyBackbone("qwen2_5_vl");
        using var folder = new TemporaryFolder();
        string[] asked = ["ask", "--model", varying.Model, "--image", Path.Combine(varying.Images, "wide.png"), "--device", "cpu", "--max-new-tokens", "2", "--json", folder["answer.json"], "what?"];
        var run = await EosRun.Of([.. asked, "--plan", "fastv:50%"]);
        run.MustSucceed();
        var answer = JsonDocument.Parse(File.ReadAllText(folder["answer.json"])).RootElement;
        var tokens = answer.GetProperty("visualTokens")[0].GetInt32();
        Assert.InRange(answer.GetProperty("ledger").GetProperty("mean").GetDouble(), tokens * 0.5 - 1, tokens * 0.5);
        (await EosRun.Of([.. asked, "--plan", "divprune:3"])).MustSucceed();
        var refused = await EosRun.Of([.. asked, "--plan", "divprune:50%"]);
        Assert.StartsWith("eos : error EOS4002: The preset divprune counts tokens", refused.Error);
    }
}
