using EosMLNet.Onnx.Families.Llava;

namespace EosMLNet.Onnx.Families.LlavaOneVision;

/// <summary>The encoder of LLaVA-OneVision (arXiv:2408.03326): images in tiles, and videos, whose frames are pooled.</summary>
/// <param name="config">The model.</param>
/// <param name="plan">The plan.</param>
[ModelType("llava_onevision")]
internal sealed class LlavaOneVisionEncoder(LlavaOneVisionConfig config, ReductionPlan plan) : TiledEncoder(config, plan)
{
    private protected override float[] Pack(ImageShape image, float[][] tiles, float[] end)
    {
        if (!image.IsVideo)
            return base.Pack(image, tiles, end);
        var (side, pooled) = (config.Vision.GridSize, config.PooledSide);
        return [.. tiles.SelectMany(frame => Bilinear.Resize(frame, new(side, side), new(pooled, pooled), end.Length)), .. end];
    }
}
