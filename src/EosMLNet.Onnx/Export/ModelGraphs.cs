using EosMLNet.Onnx.Families;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Protos;
using Google.Protobuf;

namespace EosMLNet.Onnx;

/// <summary>The graphs of a model under a plan.</summary>
/// <param name="Config">The model.</param>
/// <param name="PlanModel">What plans know of it.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Encoder">What makes visual tokens of images.</param>
/// <param name="Decoder">What answers.</param>
/// <param name="Checkpoint">The weights.</param>
internal sealed record ModelGraphs(
    ModelConfig Config, PlanModel PlanModel, ReductionPlan Plan, VisionEncoder Encoder, DecoderGraph Decoder, Checkpoint Checkpoint)
{
    /// <summary>The graphs of a model.</summary>
    /// <param name="config">The model.</param>
    /// <param name="planModel">What plans know of it.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <exception cref="EosException">EOS4002: the plan does not fit the model's shape.</exception>
    internal static ModelGraphs Of(ModelConfig config, PlanModel planModel, ReductionPlan? plan, Checkpoint checkpoint)
    {
        plan ??= ReductionPlan.Identity(planModel);
        plan.CheckShape(planModel);
        var encoder = VisionEncoder.Of(config, plan);
        var layout = config.ImagesVary ? null : config.UsualLayout(null);
        return new(config, planModel, plan, encoder, new DecoderGraph(config, plan, layout, encoder.PlaneCount), checkpoint);
    }

    /// <summary>Writes both graphs.</summary>
    /// <exception cref="EosException">EOS4002: a part of the plan cannot be written as operators.</exception>
    internal (byte[] Vision, byte[] Tokens) Write()
    {
        var metadata = GraphMetadata.Of(Plan);
        return (Bytes(Encoder.Write(Checkpoint, metadata)), Bytes(Decoder.Write(Checkpoint, metadata)));
    }

    private static byte[] Bytes(ModelProto model) => model.ToByteArray();
}
