namespace EosMLNet.Tool.Tests.Interpolate;

public sealed class InterpolateCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Between_two_plans_of_a_front_every_budget_has_one_that_evaluate_takes()
    {
        using var folder = new TemporaryFolder();
        (await EosRun.Of("search", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--mean-visual-tokens", "12", "6",
            "--front", "--steps", "4", "--output", folder["front.json"])).MustSucceed();
        string[] front = [folder["front-12.json"], folder["front-6.json"]];
        var run = await EosRun.Of(["interpolate", .. front, "--mean-visual-tokens", "9", "--output", folder["nine.json"]]);
        run.MustSucceed();
        var plan = ReductionPlan.Load(folder["nine.json"]);
        Assert.InRange(plan.Ledger.Mean, 8.5, 9);
        Assert.Contains($"Plan written to {folder["nine.json"]}", run.Output);
        (await EosRun.Of("evaluate", "--model", tiny.Model, "--plan", folder["nine.json"], "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu")).MustSucceed();
        (await EosRun.Of(["interpolate", .. front, "--mean-visual-tokens", "9"])).MustSucceed();

        var low = await EosRun.Of(["interpolate", .. front, "--mean-visual-tokens", "2"]);
        Assert.Equal(1, low.ExitCode);
        Assert.StartsWith("eos : error EOS1013: The budget is 2 mean visual tokens; this family has plans from ", low.Error);
        var preset = await EosRun.Of("interpolate", front[0], "fastv:6", "--mean-visual-tokens", "9");
        Assert.StartsWith("eos : error EOS1013: 'fastv:6' is a preset.", preset.Error);
    }
}
