using EosMLNet.Rewrite.Tests.Pipelines;
using Microsoft.ML;
using Neighbours;

namespace EosMLNet.Rewrite.Tests;

/// <summary>Tells when the rewrite is not needed any more: Microsoft's own assembly still fails in the known ways.</summary>
public sealed class CanaryTests(Scenes scenes) : IClassFixture<Scenes>
{
    private const string Remedy = "Microsoft.ML.TorchSharp needs no rewrite for this any more. If all of these tests say so, remove "
        + "src/EosMLNet.Rewrite, src/EosMLNet/buildTransitive/EosMLNet.targets and EOS2012 (adr/0034).";

    // Of the encoder's 142 tensors 60 are left, in a file too if the assembly itself has written it.
    private static readonly string[] KnownErrors =
        ["Mismatched state_dict sizes: expected 60, but found 142 entries.", "Tensor invalid -- empty handle."];

    [Fact]
    public void Microsofts_trainer_disposes_its_own_parameters()
    {
        var ml = scenes.Context();
        var data = ml.Transforms.Conversion.MapValueToKey("Label", nameof(VqaRow.Family)).Fit(scenes.Train(ml)).Transform(scenes.Train(ml));
        var trainer = new OriginalAssembly(Assemblies.Original).TextClassification(ml, nameof(VqaRow.Question));
        var error = Record.Exception(() => trainer.Fit(data));
        Assert.True(error is not null, Remedy);
        Assert.Contains(error.Message, KnownErrors);
    }

    [Fact]
    public void Microsofts_assembly_calls_one_method_that_TorchSharp_does_not_have()
    {
        var missing = Assemblies.Missing(Assemblies.Original);
        Assert.True(missing.Count > 0, Remedy);
        Assert.StartsWith("TorchSharp.torch/Tensor TorchSharp.torch/nn/functional::interpolate(", Assert.Single(missing));
    }
}
