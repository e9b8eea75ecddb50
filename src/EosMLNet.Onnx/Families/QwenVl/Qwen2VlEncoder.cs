namespace EosMLNet.Onnx.Families.QwenVl;

/// <summary>The encoder of Qwen2-VL (arXiv:2409.12191).</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("qwen2_vl")]
internal sealed class Qwen2VlEncoder(Qwen2VlConfig config, ReductionPlan plan) : QwenEncoder(config, plan);
