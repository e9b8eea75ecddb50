namespace EosMLNet.Onnx.Families.QwenVl;

/// <summary>The encoder of Qwen3-VL (arXiv:2511.21631).</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("qwen3_vl")]
internal sealed class Qwen3VlEncoder(Qwen3VlConfig config, ReductionPlan plan) : QwenEncoder(config, plan);
