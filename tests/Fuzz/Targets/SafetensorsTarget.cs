namespace Fuzz.Targets;

/// <summary>A file of weights: its header, and all its tensors.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    internal override string Reader => "safetensors: header and tensors";

    internal override string FileName => "model.safetensors";

    internal override void Read(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        foreach (var (name, entry) in file.Entries)
        {
            if (entry.DataType.IsFloatingPoint())
                file.ReadFloats(name);
            else
                file.ReadBytes(entry, 0, new byte[entry.ByteCount]);
        }
    }

    internal override byte[] Mended(byte[] input) => SafetensorsFormat.Mended(input);
}
