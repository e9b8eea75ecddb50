using System.Text.Json.Nodes;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

/// <summary>Checkpoint folders of other layouts and kinds, made of Golden's tiny-llava.</summary>
internal static class CheckpointCases
{
    internal static JsonObject Config() => JsonNode.Parse(File.ReadAllText(GoldenFiles.At("tiny-llava", "config.json")))!.AsObject();

    /// <summary>Writes the weights under other names; a name that becomes null is left out.</summary>
    internal static void Write(string folder, Func<string, string?> rename, JsonObject? config = null, Func<string, Tensor, IEnumerable<(string, Tensor)>>? change = null)
    {
        using var scope = NewDisposeScope();
        using var source = SafetensorsFile.Open(GoldenFiles.At("tiny-llava", "model.safetensors"));
        var weights = source.Entries.Keys.Where(name => rename(name) is not null)
            .SelectMany(name => change?.Invoke(rename(name)!, source.Read(name)) ?? [(rename(name)!, source.Read(name))]);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights.Select(weight => KeyValuePair.Create(weight.Item1, weight.Item2)).ToArray());
        File.WriteAllText(Path.Combine(folder, "config.json"), (config ?? Config()).ToJsonString());
    }

    /// <summary>The names of transformers 4.52, and since 5.6 without the tower's vision_model.</summary>
    internal static string Newer(string name, bool flatTower)
    {
        foreach (var (old, newer) in (IEnumerable<(string, string)>)[
            ("language_model.model.", "model.language_model."), ("language_model.lm_head.", "lm_head."),
            ("vision_tower.vision_model.", flatTower ? "model.vision_tower." : "model.vision_tower.vision_model."), ("multi_modal_projector.", "model.multi_modal_projector.")])
        {
            if (name.StartsWith(old, StringComparison.Ordinal))
                return newer + name[old.Length..];
        }
        return name;
    }

    /// <summary>The names of LLaVA's authors.</summary>
    internal static string Authors(string name) => name
        .Replace("language_model.model.", "model.", StringComparison.Ordinal).Replace("language_model.lm_head.", "lm_head.", StringComparison.Ordinal)
        .Replace("vision_tower.vision_model.", "model.vision_tower.vision_tower.vision_model.", StringComparison.Ordinal)
        .Replace("multi_modal_projector.linear_1", "model.mm_projector.0", StringComparison.Ordinal).Replace("multi_modal_projector.linear_2", "model.mm_projector.2", StringComparison.Ordinal);

    /// <summary>The configuration of LLaVA's authors.</summary>
    internal static JsonObject AuthorsConfig(string modelType)
    {
        var config = Config()["text_config"]!.DeepClone().AsObject();
        config["model_type"] = modelType;
        config["architectures"] = new JsonArray("LlavaLlamaForCausalLM");
        config["mm_vision_tower"] = "openai/clip-vit-large-patch14-336";
        config["mm_projector_type"] = "mlp2x_gelu";
        config["mm_vision_select_layer"] = -2;
        return config;
    }
}
