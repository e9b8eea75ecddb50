using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>
/// A checkpoint whose answers 8 bits destroy, and no other type. The last normalisation makes one channel zero, and the head has a large weight there:
/// it counts for nothing, but beside it all others are rounded to nothing.
/// </summary>
internal static class OutlierModel
{
    private const string Norm = "language_model.model.norm.weight", Head = "language_model.lm_head.weight";

    /// <summary>Makes tiny-llava, which lies in a folder, such a one.</summary>
    internal static void Make(string folder)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder, "model.safetensors");
        Dictionary<string, Tensor> weights;
        using (var file = SafetensorsFile.Open(path))
            weights = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name));
        weights[Norm].narrow(0, 0, 1).zero_();
        weights[Head].narrow(1, 0, 1).fill_(Scalars.Literal(10_000));
        SafetensorsWriter.Write(path, weights, new Dictionary<string, string> { ["format"] = "pt" });
    }
}
