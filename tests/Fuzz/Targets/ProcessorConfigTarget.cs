namespace Fuzz.Targets;

/// <summary>The same as newer checkpoints have them.</summary>
internal sealed class ProcessorConfigTarget : ProcessorTarget
{
    internal override string Reader => "processor_config.json";

    internal override string FileName => "processor_config.json";
}
