using System.Text.Json;

namespace Fuzz.Targets;

/// <summary>The merges of a byte-level tokenizer.</summary>
internal sealed class BpeMergesTarget : TokenizerTarget
{
    internal override string Reader => "merges.txt (BPE)";

    internal override string FileName => "merges.txt";

    internal override void Prepare(string folder)
    {
        string[] tokens = [.. ByteLevel.Alphabet.Select(letter => $"{letter}"), "th", "the", "Ġth", "Ġthe", "wh", "wha", "00", "000"];
        Write(folder, "vocab.json", JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary()));
    }
}
