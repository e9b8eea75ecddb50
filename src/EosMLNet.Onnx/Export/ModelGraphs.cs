using EosMLNet.Onnx.Families;
using EosMLNet.Onnx.Models;
using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Weights;
using Google.Protobuf;

namespace EosMLNet.Onnx;

/// <summary>The graphs of a model under a plan.</summary>
/// <param name="Config">The model.</param>
/// <param name="PlanModel">What plans know of it.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Encoder">What makes visual tokens of images.</param>
/// <param name="Decoder">What answers.</param>
/// <param name="Weights">The weights.</param>
internal sealed record ModelGraphs(
    ModelConfig Config, PlanModel PlanModel, ReductionPlan Plan, VisionEncoder Encoder, DecoderGraph Decoder, WeightFiles Weights)
{
    /// <summary>The graphs of a model.</summary>
    /// <param name="config">The model.</param>
    /// <param name="planModel">What plans know of it.</param>
    /// <param name="plan">The plan; null for the unreduced model.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="EosException">EOS4002: the plan does not fit the model's shape.</exception>
    internal static ModelGraphs Of(ModelConfig config, PlanModel planModel, ReductionPlan? plan, WeightFiles weights)
    {
        plan ??= ReductionPlan.Identity(planModel);
        plan.CheckShape(planModel);
        var encoder = VisionEncoder.Of(config, plan);
        encoder.Prepare(weights);
        var layout = config.ImagesVary ? null : config.UsualLayout(null);
        return new(config, planModel, plan, encoder, new DecoderGraph(config, plan, layout, encoder.PlaneCount), weights);
    }

    /// <summary>Writes both graphs.</summary>
    /// <exception cref="EosException">EOS4002: a part of the plan cannot be written as operators.</exception>
    internal (byte[] Vision, byte[] Tokens) Write()
    {
        var metadata = GraphMetadata.Of(Plan);
        return (Bytes(Encoder.Write(Weights, metadata)), Bytes(Decoder.Write(Weights, metadata)));
    }

    private static byte[] Bytes(ModelProto model) => model.ToByteArray();
}
