using EosMLNet.LibTorch;
using EosMLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Gpu.Shapes;

/// <summary>A LLaVA of some shape with random weights, made where it runs: speed does not depend on what the weights are.</summary>
internal static class RandomLlava
{
    private const double Deviation = 0.02;

    internal static LlavaModel Create(LlavaConfig config, ScalarType type, Device device, VisionLanguageProcessor? processor = null)
    {
        TorchRuntime.EnsureLoaded();
        using var unrecorded = no_grad();
        random.manual_seed(1); // of the CPU alone
        if (device.type == DeviceType.CUDA)
            cuda.manual_seed_all(1);
        return config is LlavaOneVisionConfig tiled ? new LlavaOneVisionModel(tiled, Weight, processor) : new LlavaModel(config, Weight, processor);

        Tensor Weight(string name, long[] shape)
        {
            using var scope = NewDisposeScope();
            if (name.EndsWith(".bias", StringComparison.Ordinal))
                return zeros(shape, type, device).MoveToOuterDisposeScope();
            if (name.Contains("norm", StringComparison.Ordinal))
                return ones(shape, type, device).MoveToOuterDisposeScope();
            using var deviation = Deviation.ToScalar();
            var weight = randn(shape, type, device).mul_(deviation);
            // No answer ends early: the end's logit is 0, and the largest of hundreds of random ones is above it.
            if (name.EndsWith("lm_head.weight", StringComparison.Ordinal))
                foreach (var end in config.EosTokenIds)
                    weight.narrow(0, end, 1).zero_();
            return weight.MoveToOuterDisposeScope();
        }
    }
}
