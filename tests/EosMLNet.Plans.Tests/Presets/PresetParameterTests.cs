using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Presets;

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
        { EosErrors.InvalidOption, "layer = 0", () => ReductionPresets.FastV(0, 36) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.FastV(2, 0) },
        { EosErrors.InvalidOption, "layers = -1", () => ReductionPresets.PyramidDrop([-1], [36]) },
        {
            EosErrors.InvalidOption, "2 layers and 1 numbers of tokens to keep; expected one number for each layer, at least one.",
            () => ReductionPresets.PyramidDrop([1, 2], [36])
        },
        { EosErrors.InvalidOption, "ratio of 1.5", () => ReductionPresets.PyramidDrop(144, [1], [1.5]) },
        { EosErrors.InvalidOption, "ratio of 0; expected a number above 0, at most 1.", () => ReductionPresets.PyramidDrop(144, [1], [0]) },
        { EosErrors.InvalidOption, "ratio of NaN", () => ReductionPresets.PyramidDrop(144, [1], [double.NaN]) },
        { EosErrors.InvalidOption, "visualTokens = 0", () => ReductionPresets.PyramidDrop(0, [1], [0.5]) },
        { EosErrors.InvalidOption, "layers = 0", () => ReductionPresets.SparseVlm2([0], [36], 2) },
        { EosErrors.InvalidOption, "0 layers and 0", () => ReductionPresets.SparseVlm2([], [], 2) },
        { EosErrors.InvalidOption, "heads = 0", () => ReductionPresets.SparseVlm2([1], [36], 0) },
        { EosErrors.InvalidOption, "imagePivots = 0", () => ReductionPresets.Dart(2, 36, 0, 4) },
        { EosErrors.InvalidOption, "textPivots = -1", () => ReductionPresets.Dart(2, 36, 4, -1) },
        { EosErrors.InvalidOption, "keep = 3", () => ReductionPresets.Dart(2, 3) },
        { EosErrors.InvalidOption, "layer = 0", () => ReductionPresets.Dart(0, 36) },
        { EosErrors.InvalidOption, "visualTokens = 0", () => ReductionPresets.SparseVlm1(0, [1], [36]) },
        { EosErrors.InvalidOption, "visual tokens in front of a stage = 144", () => ReductionPresets.SparseVlm1(144, [1], [145]) },
        { EosErrors.InvalidOption, "keeps = 0", () => ReductionPresets.SparseVlm1(144, [1], [0]) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Dart(2, 145) },
        { EosErrors.PlanFile, "is 6", () => ReductionPresets.SparseVlm1(144, [6], [36]) },
        { EosErrors.PlanFile, "is 299", () => ReductionPresets.SparseVlm1(576, [1], [290]) },
        { EosErrors.PlanFile, "is 6", () => ReductionPresets.FastV(6, 36) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.FastV(2, 145) },
        { EosErrors.PlanFile, "is 37", () => ReductionPresets.PyramidDrop([1, 2], [36, 37]) },
        { EosErrors.PlanFile, "is 1", () => ReductionPresets.PyramidDrop([2, 1], [36, 18]) },
        { EosErrors.PlanFile, "is 5", () => ReductionPresets.SparseVlm2([1], [36], 5) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Random(145) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Stride(145) },
        { EosErrors.PlanFile, "is 13", () => ReductionPresets.AveragePool(13) },
        { EosErrors.PlanFile, "is 150", () => ReductionPresets.ToMe(300, 120) },
        { EosErrors.InvalidOption, "dominant = -1", () => ReductionPresets.VisionZip(-1, 3) },
        { EosErrors.InvalidOption, "contextual = -1", () => ReductionPresets.VisionZip(3, -1) },
        { EosErrors.InvalidOption, "contextual = 0", () => ReductionPresets.VisionZip(0, 0) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.VisionZip(100, 45) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.PruMerge(0) },
        { EosErrors.InvalidOption, "neighbours = 0", () => ReductionPresets.PruMerge(4, 0) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.PruMerge(145) },
        { EosErrors.InvalidOption, "spatial = 0", () => ReductionPresets.PruMergePlus(4, 0) },
        { EosErrors.InvalidOption, "keep = 4", () => ReductionPresets.PruMergePlus(4, 4) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.PruMergePlus(145, 100) },
        { EosErrors.InvalidOption, "patches = 0", () => ReductionPresets.ToMeTower(0, [1]) },
        { EosErrors.InvalidOption, "merged = -1", () => ReductionPresets.ToMeTower(144, [4, -1]) },
        { EosErrors.PlanFile, "the tower's blocks are 0 to 2", () => ReductionPresets.ToMeTower(144, [4, 4, 4, 4]) },
        { EosErrors.PlanFile, "is 180", () => ReductionPresets.ToMeTower(190, [10]) },
        { EosErrors.PlanFile, "listed in the order in which they act", () => [.. ReductionPresets.VisionZip(9, 3), .. ReductionPresets.ToMeTower(12, [1])] },
        { EosErrors.PlanFile, "listed in the order in which they act", () => [.. ReductionPresets.Stride(9), .. ReductionPresets.VisionZip(4, 2)] },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.DivPrune(0) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.DivPrune(145) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.Scope(0) },
        { EosErrors.PlanFile, "is 145", () => ReductionPresets.Scope(145) },
        { EosErrors.InvalidOption, "keep = 0", () => ReductionPresets.HoloV(0) },
        { EosErrors.InvalidOption, "crops = 0", () => ReductionPresets.HoloV(4, 0) },
        { EosErrors.PlanFile, "'sites[0].extra.crops' is 145, expected 1 to 144", () => ReductionPresets.HoloV(4, 145) },
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
