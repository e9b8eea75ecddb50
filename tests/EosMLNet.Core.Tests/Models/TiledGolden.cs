using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Compares what a model computes of the cases in Golden/backbones. Tensors are in the caller's dispose scope.</summary>
internal sealed class TiledGolden : IDisposable
{
    private const double Tolerance = 5e-5, RotaryTolerance = 5e-6;

    private readonly TiledCases cases;

    private TiledGolden(string family) => cases = new TiledCases(GoldenFiles.At("backbones", family));

    /// <summary>Compares every intermediate result of a case that there is a number for.</summary>
    internal static void CheckIntermediates(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.cases.Checkpoint, ModelDataType.Float32);
        var mask = golden.cases.Read($"{name}.attention_mask").to(ScalarType.Bool);                  // (B, T)
        using var batch = golden.cases.Batch(model, name, Compare);
        new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel())).Forward(batch, Compare).Dispose();
        Assert.True(golden.Compared > 0, $"{name} has nothing to compare with");

        void Compare(string key, Tensor value) =>
            golden.Compare(name, key, value, mask, key.StartsWith("rope", StringComparison.Ordinal) ? RotaryTolerance : Tolerance);
    }

    /// <summary>Compares the ids that a case generates, all rows together and each alone.</summary>
    internal static void CheckGeneratedIds(string family, string name)
    {
        using var scope = NewDisposeScope();
        using var golden = new TiledGolden(family);
        using var model = VisionLanguageModel.Load(golden.cases.Checkpoint, ModelDataType.Float32);
        var reduced = new ReducedModel(model, ReductionPlan.Identity(model.ToPlanModel()));
        using var batch = golden.cases.Batch(model, name);
        var together = reduced.Generate(batch, 8).Ids;
        Assert.Equal(golden.cases.GeneratedIds(name), together);
        for (var row = 0; row < together.Count; row++)
        {
            using var alone = golden.cases.Batch(model, name, row: row);
            Assert.Equal(together[row], reduced.Generate(alone, 8).Ids[0]);
        }
    }

    /// <summary>How many tensors were compared.</summary>
    private int Compared { get; set; }

    /// <summary>Compares an intermediate result, where there is one of its name; rows of padding apart.</summary>
    private void Compare(string name, string key, Tensor value, Tensor mask, double tolerance)
    {
        var (expected, found) = key == "logits" ? (cases.Tail(name) ?? "", value) : key == "packed_image" && cases.IsVideo(name)
            ? ($"{name}.packed_video", value) : ($"{name}.{key}", value);
        if (!cases.Has(expected))
            return;
        var wanted = cases.Read(expected);
        if (key == "logits")
            (found, mask) = (found.narrow(1, found.shape[1] - wanted.shape[1], wanted.shape[1]), mask.narrow(1, mask.shape[1] - wanted.shape[1], wanted.shape[1]));
        Assert.Equal(wanted.shape, found.shape);
        var difference = found.sub(wanted).abs();
        if (wanted.dim() == 3 && wanted.shape[0] == mask.shape[0] && wanted.shape[1] == mask.shape[1])
            difference = difference.mul(mask.unsqueeze(-1));
        Assert.InRange(difference.max().item<float>(), 0, tolerance);
        Compared++;
    }

    public void Dispose() => cases.Dispose();
}
