using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Tokenizers;

/// <summary>Variants of the tokenizers in Golden/tokenizers: one of them with parts exchanged.</summary>
internal static class TokenizerFiles
{
    internal const string Bpe = "qwen2", Legacy = "llama-legacy", Metaspace = "llama-metaspace";

    internal static string Golden(string set, string file = "tokenizer.json") => GoldenFiles.At("tokenizers", set, file);

    /// <summary>The file with parts of it exchanged, each given as JSON.</summary>
    internal static string With(string set, params (string Name, string Json)[] parts)
    {
        var whole = JsonNode.Parse(File.ReadAllText(Golden(set)))!;
        foreach (var (name, json) in parts)
            whole[name] = JsonNode.Parse(json);
        return whole.ToJsonString();
    }

    /// <summary>A token behind those that the set has.</summary>
    internal static string Added(int id, string content, string flags) =>
        new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["special"] = flags.Contains("special"),
            ["normalized"] = flags.Contains("normalized"),
            ["single_word"] = flags.Contains("single_word"),
            ["lstrip"] = flags.Contains("lstrip"),
            ["rstrip"] = flags.Contains("rstrip"),
        }.ToJsonString();

    internal static TokenizerPipeline Read(string path) => new(JsonSection.Read(path));
}
