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
    public void A_part_is_written_as_people_write_it() =>
        Assert.Equal(["fastv:7%", "fastv:33.333333%"], new[] { 0.07, 1 / 3.0 }.Select(part =>
            new PresetBudget(Preset.Named("fastv"), part, IsShare: true).ToString()));

    [Fact]
    public void A_decimal_point_is_one_in_every_culture()
    {
        using var culture = new DecimalComma();
        Assert.Equal("fastv:36.5", PresetBudget.Parse("fastv:36.5").ToString());
        Assert.Equal("fastv:12.5%", PresetBudget.Parse("fastv:0.125").ToString());
    }

    [Theory]
    [InlineData("fastv", "has no budget")]
    [InlineData("fastv:", "has no budget")]
    [InlineData("fastv:few", "has the budget 'few'")]
    [InlineData("fastv:0", "has the budget '0'")]
    [InlineData("fastv:-3", "has the budget '-3'")]
    [InlineData("fastv:NaN", "has the budget 'NaN'")]
    [InlineData("fastv:Infinity", "has the budget 'Infinity'")]
    [InlineData("fastv:101%", "has the budget '101%'")]
    public void What_is_no_budget_is_told_with_what_is_one(string text, string found)
    {
        var refusal = Assert.Throws<EosException>(() => PresetBudget.Parse(text));
        Assert.Equal((EosErrors.InvalidOption, $"'{text}' {found}. Expected mean visual tokens a layer, such as fastv:36, or a part of " +
            "the image's, such as fastv:25%."), (refusal.Code, refusal.Detail));
    }

    [Theory]
    [InlineData("fasv:36", "Did you mean 'fastv'?")]
    [InlineData("frobnicate:36", "Presets are random, ")]
    public void What_is_no_preset_is_told(string text, string expected) =>
        Expect.Error(EosErrors.InvalidOption, () => PresetBudget.Parse(text), expected);

    [Theory]
    [InlineData("fastv:36", true)]
    [InlineData("frobnicate:36", true)]
    [InlineData("fastv", true)]
    [InlineData("plan", false)]
    [InlineData("plan.json", false)]
    [InlineData("plans/fastv:36", false)]
    [InlineData("/fastv:36", false)]
    [InlineData(".fastv:36", false)]
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
    [InlineData("tome:25%", CountsTokens)]
    [InlineData("divprune:25%", CountsTokens)]
    [InlineData("sparsevlm1:25%", CountsTokens)]
    [InlineData("dart:25%", CountsTokens)]
    [InlineData("visionzip:36", ActsInEncoder)]
    [InlineData("prumerge:36", ActsInEncoder)]
    [InlineData("tome-tower:36", ActsInEncoder)]
    public void Where_images_vary_what_is_not_possible_is_told(string text, string says)
    {
        var refusal = Assert.Throws<EosException>(() => PresetBudget.Parse(text).Plan(Varying));
        Assert.Equal((EosErrors.PlanMismatch, $"The preset {text.Split(':')[0]} {says}"), (refusal.Code, refusal.Detail));
    }

    [Fact]
    public void Where_images_vary_there_are_no_windows() =>
        Expect.Error(EosErrors.PlanMismatch, () => PresetBudget.Parse("pool:36").Plan(Varying), "one grid");

    [Fact]
    public void Where_images_vary_a_number_is_of_the_usual_one() =>
        Assert.All(["tome", "divprune", "fastv", "dart"], name => Assert.Equal(36, PresetBudget.Parse($"{name}:36").Plan(Varying).Ledger.Mean));

    private const string CountsTokens = "counts tokens, but images of llava have different numbers of them. Give a number in the place " +
        "of a part, as it is of the usual image with 144; or use a preset that takes parts, such as fastv or stride.";

    private const string ActsInEncoder = "acts in the vision encoder, but images of llava have different numbers of visual tokens. Use a " +
        "preset that acts in the decoder, such as divprune or fastv.";
}
