namespace Fuzz.Targets;

/// <summary>The list of a checkpoint's shards.</summary>
internal sealed class SafetensorsIndexTarget : FuzzTarget
{
    internal override string Reader => "safetensors index";

    internal override string FileName => "model.safetensors.index.json";

    internal override void Prepare(string folder)
    {
        SafetensorsFile.Write(Path.Combine(folder, "model-00001-of-00002.safetensors"), [SafetensorsPart.Of("a", [1, 2], 2)]);
        SafetensorsFile.Write(Path.Combine(folder, "model-00002-of-00002.safetensors"), [SafetensorsPart.Of("b", [3, 4], 1, 2)]);
    }

    internal override void Read(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        foreach (var name in checkpoint.Names)
            checkpoint.ShapeOf(name);
    }
}
