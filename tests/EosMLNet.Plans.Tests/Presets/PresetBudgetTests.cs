using System.Globalization;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Presets;

public class PresetBudgetTests
{
    private static readonly PlanModel Varying = PlanModels.Scenes with { ImagesVary = true, Grid = null };

    [Theory]
    [InlineData("fastv:36", "fastv", 36, false)]
    [InlineData("FastV: 36.5", "fastv", 36.5, false)]
    [InlineData("divprune:1", "divprune", 1, false)]
    [InlineData("tome:0.25", "tome", 0.25, true)]
    [InlineData("prumerge+:25%", "prumerge+", 0.25, true)]
    [InlineData("tome-tower:100%", "tome-tower", 1, true)]
    public void A_budget_is_tokens_or_a_part_of_them(string text, string name, double amount, bool isShare)
    {
        var read = PresetBudget.Parse(text);
        Assert.Equal((name, amount, isShare), (read.Preset.Name, read.Amount, read.IsShare));
        Assert.Equal(read, PresetBudget.Parse(read.ToString()));
    }

    [Fact]
    public void A_decimal_point_is_one_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (german.NumberFormat.NumberDecimalSeparator, german.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = german;
        try
        {
            Assert.Equal("fastv:36.5", PresetBudget.Parse("fastv:36.5").ToString());
            Assert.Equal("fastv:12.5%", PresetBudget.Parse("fastv:0.125").ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("fastv", "has no budget")]
    [InlineData("fastv:", "has no budget")]
    [InlineData("fastv:few", "'few'")]
    [InlineData("fastv:0", "'0'")]
    [InlineData("fastv:-3", "'-3'")]
    [InlineData("fastv:NaN", "'NaN'")]
    [InlineData("fastv:101%", "'101%'")]
    [InlineData("fasv:36", "Did you mean 'fastv'?")]
    [InlineData("frobnicate:36", "Presets are random, ")]
    public void What_is_wrong_is_told(string text, string expected)
    {
        var refusal = Assert.Throws<EosException>(() => PresetBudget.Parse(text));
        Assert.Equal(EosErrors.InvalidOption, refusal.Code);
        Assert.Contains(expected, refusal.Message);
    }

    [Theory]
    [InlineData("fastv:36", true)]
    [InlineData("frobnicate:36", true)]
    [InlineData("fastv", true)]
    [InlineData("plan", false)]
    [InlineData("plan.json", false)]
    [InlineData("plans/fastv:36", false)]
    [InlineData("fastv:36/plan", false)]
    [InlineData("C:plan.json", false)]
    [InlineData(@"C:\plans\plan.json", false)]
    public void A_preset_is_told_from_a_file(string text, bool expected) => Assert.Equal(expected, PresetBudget.IsMeant(text));

    [Fact]
    public void A_part_of_the_tokens_is_so_many_of_them() => Assert.All(Preset.All, preset =>
        Assert.Equal(preset.Plan(PlanModels.Scenes, 36).ToJson(), new PresetBudget(preset, 0.25, IsShare: true).Plan(PlanModels.Scenes).ToJson()));

    [Theory]
    [InlineData("random")]
    [InlineData("stride")]
    [InlineData("fastv")]
    [InlineData("pyramiddrop")]
    [InlineData("sparsevlm2")]
    public void Where_images_vary_a_part_is_of_each_image(string name)
    {
        var plan = new PresetBudget(Preset.Named(name), 0.25, IsShare: true).Plan(Varying);
        Assert.Equal(36, plan.Ledger.Mean);
        foreach (var tokens in new[] { 37, 400, 2928 })
        {
            var ledger = TokenLedger.Compute(Varying, plan.Sites, 30, ImageSizes.All(tokens));
            Assert.InRange(ledger.Mean, 0.25 * tokens - 1, 0.25 * tokens + 1e-6);
        }
    }

    [Theory]
    [InlineData("tome:25%", "counts tokens")]
    [InlineData("divprune:25%", "counts tokens")]
    [InlineData("sparsevlm1:25%", "counts tokens")]
    [InlineData("dart:25%", "counts tokens")]
    [InlineData("visionzip:36", "acts in the vision encoder")]
    [InlineData("prumerge:36", "acts in the vision encoder")]
    [InlineData("tome-tower:36", "acts in the vision encoder")]
    [InlineData("pool:36", "one grid")]
    public void Where_images_vary_what_is_not_possible_is_told(string text, string expected)
    {
        var refusal = Assert.Throws<EosException>(() => PresetBudget.Parse(text).Plan(Varying));
        Assert.Equal(EosErrors.PlanMismatch, refusal.Code);
        Assert.Contains(expected, refusal.Message);
    }

    [Fact]
    public void Where_images_vary_a_number_is_of_the_usual_one() =>
        Assert.All(["tome", "divprune", "fastv", "dart"], name => Assert.Equal(36, PresetBudget.Parse($"{name}:36").Plan(Varying).Ledger.Mean));
}
