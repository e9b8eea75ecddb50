using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Images;

/// <summary>Compares settings that were written with those that transformers is to read.</summary>
internal static class SavedSettings
{
    /// <summary>The file has these settings and no others, and its last line ends.</summary>
    internal static void AssertAre(string expected, string file)
    {
        var text = File.ReadAllText(file);
        Assert.EndsWith("}\n", text);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(text)), text);
    }
}
