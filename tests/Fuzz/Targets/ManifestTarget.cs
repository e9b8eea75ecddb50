namespace Fuzz.Targets;

/// <summary>What a saved model says of itself.</summary>
internal sealed class ManifestTarget : FuzzTarget
{
    internal override string Reader => "manifest of a saved model";

    internal override string FileName => "Manifest.json";

    internal override void Read(string folder) => ModelManifest.Parse(File.ReadAllBytes(Path.Combine(folder, FileName))).ToBytes();
}
