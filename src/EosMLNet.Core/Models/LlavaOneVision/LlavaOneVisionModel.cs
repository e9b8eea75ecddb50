using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>
/// LLaVA-OneVision (arXiv:2408.03326): images in tiles, shrunk where they have too many tokens, with a SigLIP tower; several images in one
/// prompt, of one tile each; and videos, whose frames are pooled.
/// </summary>
[ModelType("llava_onevision")]
public sealed class LlavaOneVisionModel : TiledLlavaModel
{
    private readonly LlavaOneVisionConfig config;

    /// <inheritdoc cref="LlavaModel(LlavaConfig, Func{string, long[], Tensor}, VisionLanguageProcessor)"/>
    public LlavaOneVisionModel(LlavaOneVisionConfig config, Func<string, long[], Tensor> weight, VisionLanguageProcessor? processor = null)
        : base(config, weight, processor) => this.config = config;

    private int VideoTokenId => config.VideoTokenIndex!.Value; // its default is a number

    /// <inheritdoc/>
    public override IReadOnlyList<(int TokenId, VisionInput Input)> ReadInputs(Func<string, Tensor?> tensor)
    {
        var images = base.ReadInputs(tensor);
        if (tensor("pixel_values_videos") is not { } pixels)
            return images;
        var side = config.Vision.ImageSize;
        if (pixels.shape is not [var videos, var frames, 3, var height, var width] || height != side || width != side)
            throw Unfit($"pixel_values_videos is {string.Join(" x ", pixels.shape)}; expected videos x frames x 3 x {side} x {side}");
        var shapes = Enumerable.Repeat(new ImageShape((int)frames, IsVideo: true), (int)videos).ToArray();
        return [.. images, (VideoTokenId, new VisionInput(pixels.flatten(0, 1), shapes))];
    }

    /// <inheritdoc/>
    private protected override Tensor Pack(ImageShape image, Tensor tiles, Tensor end)
    {
        if (!image.IsVideo)
            return base.Pack(image, tiles, end);
        using var scope = NewDisposeScope();
        var side = config.Vision.GridSize;
        var frames = tiles.view(image.Parts, side, side, -1).permute(0, 3, 1, 2);                    // (F, d, r, c)
        var pooled = Resized(frames, new ImageSize(config.PooledSide, config.PooledSide)).flatten(2).transpose(1, 2);   // (F, p, d)
        return cat([pooled.flatten(0, 1), end.unsqueeze(0)]).MoveToOuterDisposeScope();
    }
}
