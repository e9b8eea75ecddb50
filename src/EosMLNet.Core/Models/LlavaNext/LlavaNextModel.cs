using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>LLaVA-NeXT (LLaVA-1.6, https://llava-vl.github.io/blog/2024-01-30-llava-next/): LLaVA with images in tiles.</summary>
[ModelType("llava_next")]
public sealed class LlavaNextModel : TiledLlavaModel
{
    /// <inheritdoc cref="LlavaModel(LlavaConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public LlavaNextModel(LlavaNextConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor)
    {
    }
}
