using EosMLNet.Execution;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Parity of LLaVA-NeXT and LLaVA-OneVision with Hugging Face transformers, layer by layer (Golden/backbones).</summary>
public sealed class TiledModelTests
{
    private const double Tolerance = 5e-5, RotaryTolerance = 5e-6;

    public static TheoryData<string, string> Cases() => new()
    {
        { "llava_next", "sq" }, { "llava_next", "wide" }, { "llava_next", "two" }, { "llava_next", "batch" }, { "llava_next", "text" },
        { "llava_onevision", "sq" }, { "llava_onevision", "wide" }, { "llava_onevision", "two" }, { "llava_onevision", "batch" },
        { "llava_onevision", "text" }, { "llava_onevision", "big" }, { "llava_onevision", "vid" }, { "llava_onevision", "two_single" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_intermediate_agrees_with_transformers(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint);
        var mask = golden.Read($"{name}.attention_mask").to(ScalarType.Bool);                        // (B, T)
        using var batch = golden.Batch(model, name, Compare);
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        reduced.Forward(batch, Compare).Dispose();
        Assert.True(golden.Compared > 0, $"{name} has nothing to compare with");

        void Compare(string key, Tensor value) => golden.Compare(name, key, value, mask, key.StartsWith("rope", StringComparison.Ordinal) ? RotaryTolerance : Tolerance);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_ids_are_those_of_transformers_also_when_each_row_runs_alone(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.Checkpoint);
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = golden.Batch(model, name);
        var together = reduced.Generate(batch, 8).Ids;
        Assert.Equal(golden.GeneratedIds(name), together);
        for (var row = 0; row < together.Count; row++)
        {
            using var alone = golden.Batch(model, name, row: row);
            Assert.Equal(together[row], reduced.Generate(alone, 8).Ids[0]);
        }
    }
}
