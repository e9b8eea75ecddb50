using EosMLNet.Reduction;

namespace EosMLNet.Tests.Reduction.Presets;

/// <summary>Preset parameters that make no sense, or none on the model: 144 visual tokens, 6 layers.</summary>
public class PresetParameterTests
{
    public static TheoryData<string, string, Func<IEnumerable<ReductionSite>>> Bad() => new()
    {
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.Random(0) },
        { EosErrors.InvalidOption, "keep = -1", () => ReductionPresets.Stride(-1) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.AveragePool(0) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.ToMe(144, 0) },
        { EosErrors.InvalidOption, "visualTokens = 144", () => ReductionPresets.ToMe(144, 145) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Random(145) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Stride(145) },
        { EosErrors.PlanFile, "is 13", () => ReductionPresets.AveragePool(13) },
        { EosErrors.PlanFile, "is 150", () => ReductionPresets.ToMe(300, 120) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.DivPrune(0) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.DivPrune(145) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Parameters_that_do_not_fit_are_refused(string code, string named, Func<IEnumerable<ReductionSite>> preset)
    {
        var refusal = Assert.Throws<EosException>(() => ReductionPlan.Create(PlanModels.Scenes, preset()));
        Assert.Equal(code, refusal.Code);
        Assert.Contains(named, refusal.Message);
    }
}
