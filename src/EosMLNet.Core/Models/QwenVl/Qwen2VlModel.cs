using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>Qwen2-VL (arXiv:2409.12191).</summary>
[ModelType("qwen2_vl")]
public sealed class Qwen2VlModel : QwenVlModel
{
    /// <inheritdoc cref="QwenVlModel(QwenVlConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public Qwen2VlModel(Qwen2VlConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
    }
}
