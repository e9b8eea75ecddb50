using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// Qwen2.5-VL (arXiv:2502.13923): Qwen2-VL with windows in the tower, and a video's steps as far apart as they are in time.
/// </summary>
[ModelType("qwen2_5_vl")]
public sealed class Qwen25VlModel : QwenVlModel
{
    /// <inheritdoc cref="QwenVlModel(QwenVlConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public Qwen25VlModel(Qwen25VlConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
    }
}
