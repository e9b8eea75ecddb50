using EosMLNet.LibTorch;
using EosMLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Latency;

/// <summary>What a loaded model is to a latency table.</summary>
public static class LatencyTargets
{
    /// <summary>The target that a loaded model is.</summary>
    /// <param name="model">The model.</param>
    public static LatencyTarget ToLatencyTarget(this VisionLanguageModel model) => new()
    {
        Family = model.Family,
        Layers = model.LayerCount,
        VisualTokens = model.VisualTokens,
        HiddenSize = model.HiddenSize,
        IntermediateSize = model.IntermediateSize,
        Heads = model.HeadCount,
        KeyValueHeads = model.KeyValueHeadCount,
        HeadSize = model.HeadSize,
        Vocabulary = model.VocabularySize,
        DataType = model.Form,
        Device = model.Device.type == DeviceType.CPU
            ? FormattableString.Invariant($"{ProcessorName.Read()}, {get_num_threads()} threads")
            : model.Device.ToString(),
    };

    /// <summary>
    /// Checks that a model is of the shape, and on the device, that was measured, and answers in the form that was. A model that was loaded
    /// for a search is asked about the form that it will answer in.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="EosException">EOS4002: it is not.</exception>
    public static void CheckFits(this LatencyTable table, VisionLanguageModel model)
    {
        table.CheckFits(model.ToPlanModel());
        table.CheckFits(model.ToLatencyTarget() with { DataType = model.AnswerForm });
    }
}
