namespace Fuzz.Targets;

/// <summary>What a checkpoint says of decoding.</summary>
internal sealed class GenerationConfigTarget : FuzzTarget
{
    internal override string Reader => "generation_config.json";

    internal override string FileName => "generation_config.json";

    internal override void Prepare(string folder) =>
        File.Copy(Repository.At("samples", "ScenesVqa", "scenes-llava", "config.json"), Path.Combine(folder, "config.json"));

    internal override void Read(string folder) => ModelConfig.Load(folder, []);
}
