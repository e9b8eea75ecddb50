using EosMLNet.Onnx.Families.Llava;

namespace EosMLNet.Onnx.Families.LlavaNext;

/// <summary>The encoder of LLaVA-NeXT.</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("llava_next")]
internal sealed class LlavaNextEncoder(LlavaNextConfig config, ReductionPlan plan) : TiledEncoder(config, plan);
