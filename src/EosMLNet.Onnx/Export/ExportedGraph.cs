using EosMLNet.Onnx.Protos;
using Google.Protobuf;

namespace EosMLNet.Onnx;

/// <summary>A graph that somebody exported: hostile until checked.</summary>
internal static class ExportedGraph
{
    /// <summary>Reads a graph and checks that it is the one that was exported, and that its weights lie in the same folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="graph">The graph's file, as the manifest has it.</param>
    /// <exception cref="EosException">EOS1001: the file is missing, or one with weights is. EOS4009: it was changed, or reads a file
    /// outside of the folder.</exception>
    internal static byte[] Read(string folder, OnnxGraphFile graph)
    {
        var (path, bytes) = (Path.Combine(folder, graph.Name), OnnxManifest.Read(folder, graph));
        try
        {
            CheckWeights(folder, path, ModelProto.Parser.ParseFrom(bytes));
            return bytes;
        }
        catch (InvalidProtocolBufferException)
        {
            throw OnnxManifest.Damaged(path, "is no ONNX graph");
        }
    }

    /// <summary>The names of a graph's inputs.</summary>
    internal static IReadOnlyList<string> InputsOf(byte[] graph) =>
        [.. ModelProto.Parser.ParseFrom(graph).Graph.Input.Select(input => input.Name)];

    private static void CheckWeights(string folder, string path, ModelProto model)
    {
        foreach (var location in model.Graph.Initializer.SelectMany(tensor => tensor.ExternalData)
            .Where(entry => entry.Key == "location").Select(entry => entry.Value).Distinct())
        {
            if (InsideFolder.Resolve(folder, location) is not { } file || Path.GetFileName(location) != location)
                throw OnnxManifest.Damaged(path, $"reads weights from '{location}', outside of its folder");
            if (!File.Exists(file))
            {
                throw new EosException(EosErrors.FileMissing,
                    $"'{file}' does not exist, but '{path}' has its weights there. Copy it beside the graph.");
            }
        }
    }
}
