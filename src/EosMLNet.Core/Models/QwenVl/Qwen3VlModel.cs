using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// Qwen3-VL (arXiv:2511.21631): outputs of earlier blocks of the tower are added to the visual tokens behind the decoder's first layers,
/// and a video's steps stand apart, each behind the text of its time.
/// </summary>
[ModelType("qwen3_vl")]
public sealed class Qwen3VlModel : QwenVlModel
{
    /// <inheritdoc cref="QwenVlModel(QwenVlConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public Qwen3VlModel(Qwen3VlConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
    }
}
