namespace EosMLNet.Onnx.Families.QwenVl;

/// <summary>The encoder of Qwen2.5-VL (arXiv:2502.13923).</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("qwen2_5_vl")]
internal sealed class Qwen25VlEncoder(Qwen25VlConfig config, ReductionPlan plan) : QwenEncoder(config, plan);
