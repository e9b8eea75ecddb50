using EosMLNet.Data;
using EosMLNet.Models;
using EosMLNet.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Gpu.Shapes;

/// <summary>A LLaVA of some shape with random weights, made where it runs: speed does not depend on what the weights are.</summary>
internal static class RandomLlava
{
    private const double Deviation = 0.02;

    internal static LlavaModel Create(Bench bench, VisionLanguageProcessor? processor = null)
    {
        using var unrecorded = no_grad();
        random.manual_seed(1);
        var config = bench.Shape.Config;
        return new LlavaModel(config, (name, shape) => Weight(name, shape), processor);

        Tensor Weight(string name, long[] shape)
        {
            using var scope = NewDisposeScope();
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                return zeros(shape, bench.DataType, bench.Device).MoveToOuterDisposeScope();
            if (name.Contains("norm", StringComparison.Ordinal))
                return ones(shape, bench.DataType, bench.Device).MoveToOuterDisposeScope();
            using var deviation = Deviation.ToScalar();
            var weight = randn(shape, bench.DataType, bench.Device).mul_(deviation);
            // No answer ends early: the end's logit is 0, and the largest of hundreds of random ones is above it.
            if (name.EndsWith("lm_head.weight", StringComparison.Ordinal))
                foreach (var end in config.EosTokenIds)
                    weight.narrow(0, end, 1).zero_();
            return weight.MoveToOuterDisposeScope();
        }
    }
}
