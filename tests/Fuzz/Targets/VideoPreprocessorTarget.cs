namespace Fuzz.Targets;

/// <summary>A video processor's settings.</summary>
internal sealed class VideoPreprocessorTarget : ProcessorTarget
{
    internal override string Reader => "video_preprocessor_config.json";

    internal override string FileName => "video_preprocessor_config.json";

    private protected override bool Has(ModelConfig family) => family is QwenVlConfig;
}
