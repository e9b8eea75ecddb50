using EosMLNet.Onnx.Families;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Weights;
using Google.Protobuf;

namespace EosMLNet.Onnx;

/// <summary>The graphs of a model under a plan. It holds the files of the weights open.</summary>
/// <param name="Config">The model.</param>
/// <param name="PlanModel">What plans know of it.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Processor">The folder's tokenizer and image preprocessing; null where it has none.</param>
/// <param name="Encoder">What makes visual tokens of images.</param>
/// <param name="Decoder">What answers.</param>
/// <param name="Weights">The weights.</param>
internal sealed record ModelGraphs(ModelConfig Config, PlanModel PlanModel, ReductionPlan Plan, VisionLanguageProcessor? Processor,
    VisionEncoder Encoder, DecoderGraph Decoder, WeightFiles Weights) : IDisposable
{
    /// <summary>Opens a checkpoint.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="options">What becomes of images and prompts.</param>
    /// <param name="notes">Receives what a user should know about the files.</param>
    /// <param name="manifest">What an exported folder says of itself; null for a checkpoint.</param>
    /// <exception cref="EosException">EOS1xxx: the checkpoint cannot be read. EOS4002: the plan does not fit the model's shape.</exception>
    internal static ModelGraphs Open(
        string folder, ReductionPlan? plan, OnnxOptions options, List<string> notes, OnnxManifest? manifest = null)
    {
        var config = ModelConfig.Load(folder, notes);
        var converted = manifest?.WeightsFile is null ? null : manifest;
        var identity = converted?.ConvertedIdentity(folder)
            ?? new ModelFingerprint(CheckpointFiles.Of(folder).Fingerprint); // before they are read: a change meanwhile is noticed
        var (prompts, padding) = (options.Prompts, options.ImagePadding);
        var processor = VisionLanguageProcessor.Exists(folder)
            ? VisionLanguageProcessor.Load(folder, config, prompts?.Template, padding, prompts?.SystemText) : null;
        notes.AddRange(processor?.Notes ?? []);
        var weights = converted is null ? WeightFiles.Of(Checkpoint.Open(folder)) : WeightFiles.OfConverted(folder);
        try
        {
            if (weights.Checkpoint is { } checkpoint)
                notes.AddRange(config.CheckWeights(checkpoint));
            var planModel = config.ToPlanModel(processor?.Images, identity);
            plan ??= ReductionPlan.Identity(planModel);
            plan.CheckShape(planModel);
            var encoder = VisionEncoder.Of(config, plan);
            encoder.Prepare(weights);
            var decoder = new DecoderGraph(config, plan, LayoutOf(config), encoder.PlaneCount);
            return new(config, planModel, plan, processor, encoder, decoder, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>What answers in ONNX Runtime GenAI.</summary>
    internal GenAiDecoderGraph GenAiDecoder => new(Config, Plan, LayoutOf(Config), Decoder);

    /// <summary>Writes the graph that makes visual tokens of images.</summary>
    /// <param name="metadata">What it says of itself; nothing where it becomes no file.</param>
    /// <exception cref="EosException">EOS4002: a part of the plan cannot be written as operators.</exception>
    internal byte[] WriteVision(IReadOnlyCollection<KeyValuePair<string, string>> metadata) =>
        Encoder.Write(Weights, metadata).ToByteArray();

    /// <summary>Writes the graph that answers.</summary>
    /// <param name="layout">The program that it is for.</param>
    /// <param name="metadata">What it says of itself; nothing where it becomes no file.</param>
    /// <exception cref="EosException">EOS4002: a part of the plan cannot be written as operators.</exception>
    internal byte[] WriteTokens(OnnxLayout layout, IReadOnlyCollection<KeyValuePair<string, string>> metadata) =>
        (layout == OnnxLayout.GenAi ? GenAiDecoder.Write(Weights, metadata) : Decoder.Write(Weights, metadata)).ToByteArray();

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static VisualLayout? LayoutOf(ModelConfig config) => config.ImagesVary ? null : config.UsualLayout(null);
}
