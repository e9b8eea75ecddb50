using EosMLNet.Onnx;

namespace Fuzz.Targets;

/// <summary>What an exported model says of itself.</summary>
internal sealed class OnnxManifestTarget : FuzzTarget
{
    internal override string Reader => "ONNX manifest";

    internal override string FileName => "eos-onnx.json";

    internal override void Prepare(string folder)
    {
        foreach (var name in (string[])["eos-vision.onnx", "eos-decoder.onnx"])
            Write(folder, name, "graph");
    }

    internal override void Read(string folder)
    {
        var manifest = OnnxManifest.Load(folder);
        foreach (var graph in manifest.Graphs)
            OnnxManifest.Read(folder, graph);
    }
}
