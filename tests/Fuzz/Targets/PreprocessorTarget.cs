namespace Fuzz.Targets;

/// <summary>An image processor's settings.</summary>
internal sealed class PreprocessorTarget : ProcessorTarget
{
    internal override string Reader => "preprocessor_config.json";

    internal override string FileName => "preprocessor_config.json";
}
