
namespace EosMLNet.Checkpoints;

/// <summary>The <c>model</c> of a <c>tokenizer.json</c>: it makes tokens of a word.</summary>
internal abstract class TokenModel
{
    /// <summary>The tokens and their ids.</summary>
    internal abstract IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Reads a model.</summary>
    /// <param name="whole">The whole file.</param>
    /// <exception cref="EosException">EOS1008, EOS1009, EOS1014: it is malformed, or of an unknown kind.</exception>
    internal static TokenModel Read(JsonSection whole)
    {
        var json = whole.Section("model");
        // The oldest files name no kind; they have pairwise merges.
        return (json.Text("type") ?? (json.Find("merges") is null ? null : "BPE")) switch
        {
            "BPE" => new BpeModel(json),
            "Unigram" => new UnigramModel(json),
            var other => throw json.Unsupported("type", other is null ? null : $"'{other}'", "one of BPE, Unigram"),
        };
    }

    /// <summary>Appends the ids of a word.</summary>
    internal abstract void Encode(string word, List<int> ids);

    /// <summary>The ids of the tokens for single bytes, <c>&lt;0x00&gt;</c> and on; -1 where there is none.</summary>
    private protected static int[] ByteIds(IReadOnlyDictionary<string, int> vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1))];
}
