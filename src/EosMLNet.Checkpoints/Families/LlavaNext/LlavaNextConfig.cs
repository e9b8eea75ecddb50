namespace EosMLNet.Checkpoints;

/// <summary>
/// The configuration of a LLaVA-NeXT model (LLaVA-1.6): LLaVA's parts, and tiles. Fields that a file omits have the defaults of
/// transformers' <c>LlavaNextConfig</c>.
/// </summary>
[ModelType("llava_next")]
public sealed record LlavaNextConfig : TiledLlavaConfig
{
    private static readonly ImageSize[] Published = [new(336, 672), new(672, 336), new(672, 672), new(1008, 336), new(336, 1008)];

    /// <summary>With the defaults.</summary>
    public LlavaNextConfig() : base(new LlavaConfig(), Published)
    {
    }

    private LlavaNextConfig(LlavaConfig common, IReadOnlyList<ImageSize> pinpoints) : base(common, pinpoints)
    {
    }

    /// <summary>How images are cut.</summary>
    public static TileProcessing Tiles { get; } = new("LlavaNextImageProcessor", 224, Published, Crops: true);

    private protected override TileProcessing Processing => Tiles;

    internal static new LlavaNextConfig Read(ConfigFile file)
    {
        var common = Read(file, new LlavaConfig(), "llama");
        var config = new LlavaNextConfig(common, Checkpoints.GridPinpoints.Read(file.Json, common.Vision.ImageSize, Published));
        config.CheckTiles(file.Json);
        return config;
    }
}
