
namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a LLaVA-OneVision model: tiles, with a SigLIP tower and a Qwen2 decoder, and videos. Fields that a file omits
/// have the defaults of transformers' <c>LlavaOnevisionConfig</c>.
/// </summary>
[ModelType("llava_onevision")]
public sealed record LlavaOneVisionConfig : TiledLlavaConfig
{
    private const string Aspect = "vision_aspect_ratio", AnyResolutionOf = "anyres_max_";
    private const int MostTiles = 1 << 10;

    // Multiples of 384 pixels, up to six tiles high and wide.
    private static readonly ImageSize[] Published = [.. from rows in Enumerable.Range(1, 6)
                                                       from columns in Enumerable.Range(1, 6)
                                                       select new ImageSize(384 * rows, 384 * columns)];

    private static readonly LlavaConfig Defaults = new()
    {
        Vision = new ClipVisionConfig
        {
            HiddenSize = 1152, IntermediateSize = 4304, LayerCount = 26, HeadCount = 16, ImageSize = 384, PatchSize = 14,
            Activation = "gelu_pytorch_tanh", LayerNormEps = 1e-6, HasClassToken = false, HasPreNorm = false, HasPatchBias = true,
        },
        ImageTokenIndex = 151646,
        VisionFeatureLayer = -1,
        VisionFeatureSelectStrategy = "full",
    };

    /// <summary>How images are cut. Published checkpoints name other means than the class has.</summary>
    public static TileProcessing Tiles { get; } = new(
        "LlavaOnevisionImageProcessor", 384, Published, SeesSeveralWhole: true, PublishedMeans: "0.5 for all");

    /// <summary>With the defaults.</summary>
    public LlavaOneVisionConfig() : base(Defaults, Published) => MaxTiles = 9;

    private LlavaOneVisionConfig(LlavaConfig common, IReadOnlyList<ImageSize> pinpoints) : base(common, pinpoints)
    {
    }

    /// <summary>The token id that stands for one visual token of a video.</summary><value>The default is 151647.</value>
    public override int? VideoTokenIndex { get; init; } = 151647;

    /// <summary>Half the patches of a frame's side, rounded up: what a video's frames are pooled to.</summary>
    public int PooledSide => (Vision.GridSize + 1) / 2;

    /// <inheritdoc/>
    public override VisualLayout LayoutOf(ImageShape image) => image.IsVideo
        ? new([.. Enumerable.Repeat(new VisualRegion(PooledSide, PooledSide), image.Parts), VisualRegion.Single])
        : base.LayoutOf(image);

    private protected override TileProcessing Processing => Tiles;

    internal static new LlavaOneVisionConfig Read(ConfigFile file)
    {
        var common = Read(file, Defaults, "qwen2");
        var aspect = file.Json.Text(Aspect) ?? AnyResolutionOf + "9";
        if (!aspect.StartsWith(AnyResolutionOf, StringComparison.Ordinal)
            || !int.TryParse(aspect.AsSpan(AnyResolutionOf.Length), out var tiles) || tiles is < 1 or > MostTiles)
        {
            throw file.Json.Unsupported(Aspect, $"'{aspect}'", $"'{AnyResolutionOf}N' with N from 1 to {MostTiles}");
        }
        var config = new LlavaOneVisionConfig(common, Checkpoints.GridPinpoints.Read(file.Json, common.Vision.ImageSize, Published))
        {
            VideoTokenIndex = file.TokenId("video_token_index", "video_token_id", 151647),
            MaxTiles = tiles,
        };
        config.CheckTiles(file.Json);
        return config;
    }
}
