using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>Pairwise merges: of the pairs of a word's letters, the one that stands first in a list is joined, again and again.</summary>
internal sealed class BpeModel : TokenModel
{
    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> merges = [];
    private readonly int[]? bytes; // where letters may fall back to them
    private readonly int? unknown;
    private readonly bool fusesUnknown, takesWholeWords;

    /// <summary>Reads a model.</summary>
    /// <exception cref="EosException">EOS1008, EOS1009, EOS1014: it is malformed, or asks for what is not supported.</exception>
    internal BpeModel(JsonSection json)
    {
        vocabulary = VocabularyFile.Read(json.Section("vocab"));
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (json.Text(name) is { Length: > 0 } mark)
                throw json.Unsupported(name, $"'{mark}'", "none: words are not marked at their ends");
        }
        if (json.Number("dropout", 0) is not 0 and var dropout)
            throw json.Unsupported("dropout", dropout, "none: merges are not left to chance");
        bytes = json.Flag("byte_fallback", false) ? ByteIds(vocabulary) : null;
        (fusesUnknown, takesWholeWords) = (json.Flag("fuse_unk", false), json.Flag("ignore_merges", false));
        if (json.Text("unk_token") is { } token)
        {
            unknown = vocabulary.TryGetValue(token, out var id) ? id
                : throw json.Unsupported("unk_token", $"'{token}'", "a token of the vocabulary");
        }
        ReadMerges(json);
    }

    /// <inheritdoc/>
    internal override IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <inheritdoc/>
    internal override void Encode(string word, List<int> ids)
    {
        if (takesWholeWords && vocabulary.TryGetValue(word, out var whole))
        {
            ids.Add(whole);
            return;
        }
        var symbols = Letters(word);
        foreach (var (start, _) in PairMerges.Run(symbols.Count, Rank, Join))
            ids.Add(symbols[start]);

        double? Rank(int left, int right, int end) =>
            merges.TryGetValue((symbols[left], symbols[right]), out var merge) ? merge.Rank : null;

        void Join(int left, int right) => symbols[left] = merges[(symbols[left], symbols[right])].Id;
    }

    private List<int> Letters(string word)
    {
        var symbols = new List<int>(word.Length);
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> letter = stackalloc char[2];
        Span<byte> utf8 = stackalloc byte[4];
        var afterUnknown = false;
        foreach (var rune in word.EnumerateRunes())
        {
            if (lookup.TryGetValue(letter[..rune.EncodeToUtf16(letter)], out var id))
            {
                symbols.Add(id);
                afterUnknown = false;
            }
            else if (bytes is not null && FindBytes(utf8[..rune.EncodeToUtf8(utf8)], symbols))
            {
                afterUnknown = false;
            }
            else if (unknown is { } token)
            {
                if (!afterUnknown || !fusesUnknown)
                    symbols.Add(token);
                afterUnknown = true;
            }
        }
        return symbols;
    }

    private bool FindBytes(ReadOnlySpan<byte> utf8, List<int> symbols)
    {
        foreach (var value in utf8)
        {
            if (bytes![value] < 0)
                return false;
        }
        foreach (var value in utf8)
            symbols.Add(bytes![value]);
        return true;
    }

    // Each merge is "left right", or a list of the two.
    private void ReadMerges(JsonSection json)
    {
        if (json.Find("merges") is not { ValueKind: JsonValueKind.Array } list)
            throw json.Unsupported("merges", "no list", "a list of pairs of tokens");
        var rank = 0;
        foreach (var merge in list.EnumerateArray())
        {
            if (Pair(merge) is not [var left, var right] || !vocabulary.TryGetValue(left, out var leftId)
                || !vocabulary.TryGetValue(right, out var rightId) || !vocabulary.TryGetValue(left + right, out var id))
            {
                throw json.Unsupported($"merges[{rank}]", JsonSection.Excerpt(merge),
                    "two tokens of the vocabulary whose combination is in it too");
            }
            merges[(leftId, rightId)] = (rank++, id);
        }
    }

    private static string[]? Pair(JsonElement merge) => merge.ValueKind switch
    {
        JsonValueKind.String => merge.GetString()!.Split(' '),
        JsonValueKind.Array when merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
            [.. merge.EnumerateArray().Select(part => part.GetString()!)],
        _ => null,
    };
}
