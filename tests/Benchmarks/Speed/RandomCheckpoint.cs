using System.Text.Json.Nodes;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace Benchmarks.Speed;

/// <summary>A checkpoint folder of random weights.</summary>
internal static class RandomCheckpoint
{
    /// <summary>Writes it; every weight repeats one row, so that writing leaves little memory behind that loading could use again.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="shards">Over how many files the weights are spread.</param>
    /// <param name="stored">The type they are stored in.</param>
    /// <returns>The files with weights.</returns>
    internal static IReadOnlyList<string> Write(LlavaConfig config, string folder, int shards, ScalarType stored)
    {
        config.Save(folder);
        return Write((ModelConfig)config, folder, shards, stored);
    }

    /// <summary>Writes the weights alone, of a model of any family.</summary>
    /// <inheritdoc cref="Write(LlavaConfig, string, int, ScalarType)"/>
    internal static IReadOnlyList<string> Write(ModelConfig config, string folder, int shards, ScalarType stored)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var weights = config.Weights.Select(weight => KeyValuePair.Create(weight.Name, randn(weight.Shape[^1]).to(stored).expand(weight.Shape))).ToList();
        if (shards == 1)
            return [WriteFile("model.safetensors", weights)];
        var parts = weights.Chunk((weights.Count + shards - 1) / shards).Select((part, i) => (Name: $"model-{i + 1:00000}-of-{shards:00000}.safetensors", Weights: part)).ToList();
        var map = parts.SelectMany(part => part.Weights.Select(weight => KeyValuePair.Create<string, JsonNode?>(weight.Key, part.Name)));
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = new JsonObject(map) }.ToJsonString());
        return parts.Select(part => WriteFile(part.Name, part.Weights)).ToList();

        string WriteFile(string name, IEnumerable<KeyValuePair<string, Tensor>> part)
        {
            SafetensorsWriter.Write(Path.Combine(folder, name), part);
            return Path.Combine(folder, name);
        }
    }
}
