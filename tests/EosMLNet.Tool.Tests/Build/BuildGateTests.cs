using EosMLNet.Tool.Build;

namespace EosMLNet.Tool.Tests.Build;

public sealed class BuildGateTests
{
    private static readonly BuildSummary Summary = new()
    {
        Version = 1,
        Plan = "sha256:plan",
        Provenance = new()
        {
            Inputs = "sha256:i", Model = "sha256:m", Data = "sha256:d", Options = "sha256:o", Worker = "1", Seed = 1, Device = "cpu",
            ValidationQuestions = 100, ValidationAccuracy = 0.75, UnreducedAccuracy = 0.875, MeanVisualTokens = 16,
        },
        Validation = new(100, 0.75, 0.875, new Dictionary<string, double> { ["colour"] = 0.25, ["count"] = -0.1 }),
        Tokens = new(16, 4, 0.25, 0.25),
        Prefill = new(20, 10),
        Search = new(1000, 1, 1),
    };

    [Fact]
    public void Limits_that_are_met_to_the_last_digit_pass()
    {
        new BuildGate().Check(Summary);
        new BuildGate { MaxAccuracyDrop = 0.125, MaxFamilyDrops = Drops(("colour", 0.25), ("", 0)), MinSpeedup = 2 }.Check(Summary);
    }

    [Theory]
    [InlineData(0.1249, null, null, null, "EOS3003", "falls by 0.1250, from 0.8750 to 0.7500", "allows 0.1249")]
    [InlineData(null, "colour", 0.2, null, "EOS3003", "'colour' falls by 0.2500", "allows 0.2")]
    [InlineData(null, "", 0.2, null, "EOS3003", "'colour' falls by 0.2500", "allows 0.2")]
    [InlineData(null, "taste", 0.2, null, "EOS1013", "'taste'", "colour, count")]
    [InlineData(null, null, null, 2.5, "EOS3004", "2.00 times as fast", "asks for 2.5")]
    public void What_is_not_met_is_said_with_both_numbers(double? drop, string? family, double? familyDrop, double? speedup, string code, string found, string limit)
    {
        var gate = new BuildGate { MaxAccuracyDrop = drop, MaxFamilyDrops = family is null ? Drops() : Drops((family, familyDrop!.Value)), MinSpeedup = speedup };
        var e = Assert.Throws<EosException>(() => gate.Check(Summary));
        Assert.Equal(code, e.Code);
        Assert.Contains(found, e.Message);
        Assert.Contains(limit, e.Message);
    }

    [Fact]
    public void A_plan_that_is_slower_than_unreduced_is_told_so_with_the_reason()
    {
        var slower = Summary with { Prefill = new(10, 18) { Remark = "1.8 times as slow as unreduced on this machine. The model is so small." } };
        Assert.Contains("The plan is 1.8 times as slow as unreduced on this machine. The model is so small. Lower", Assert.Throws<EosException>(() => new BuildGate { MinSpeedup = 1 }.Check(slower)).Message);
        Assert.Equal(["gate passed: at most 12.5 points less accuracy, limits on families", "prefill 18.0 ms, unreduced 10.0 ms: 1.8 times as slow as unreduced on this", "machine. The model is so small."],
            BuildReport.Lines(slower, new BuildGate { MaxAccuracyDrop = 0.125, MaxFamilyDrops = Drops(("colour", 0.25)) }).Skip(2));
    }

    [Fact]
    public void The_lines_of_a_report_tell_tokens_accuracy_and_gate_and_fit_a_terminal()
    {
        var lines = BuildReport.Lines(Summary, new BuildGate()).ToList();
        Assert.Equal(["16 visual tokens a layer, 4 at the end, 25 % of the MACs", "accuracy 75.0 %, unreduced 87.5 %, over 100 questions", "no gate is set"], lines.Take(3));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 76));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"version\": 1 }")]
    [InlineData("null")]
    public void A_malformed_summary_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(EosErrors.PlanFile, Assert.Throws<EosException>(() => BuildSummary.Read(folder.Write("x.summary.json", text))).Code);
    }

    [Fact]
    public void A_summary_reads_back()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Summary.ToJson(), BuildSummary.Read(folder.Write("x.summary.json", Summary.ToJson())).ToJson());
    }

    private static Dictionary<string, double> Drops(params (string Family, double Limit)[] limits) => limits.ToDictionary(x => x.Family, x => x.Limit);
}
