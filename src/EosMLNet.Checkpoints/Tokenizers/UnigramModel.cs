using System.Text;
using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>The most probable way to cut a word into tokens, each of which has a probability of its own.</summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10; // below the least probable token, as in SentencePiece
    private readonly Dictionary<string, int> vocabulary = [];
    private readonly List<double> scores = [];
    private readonly int[] lengths; // of tokens, shortest first
    private readonly int[]? bytes;
    private readonly int? unknown;
    private readonly double unknownScore;

    /// <summary>Reads a model.</summary>
    /// <exception cref="EosException">EOS1008, EOS1009: it is malformed.</exception>
    internal UnigramModel(JsonSection json)
    {
        if (json.Find("vocab") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
            throw json.Unsupported("vocab", "no list", "a list of tokens and their scores");
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[0].ValueKind != JsonValueKind.String
                || entry[1].ValueKind != JsonValueKind.Number || !double.IsFinite(entry[1].GetDouble()))
            {
                throw json.Unsupported($"vocab[{scores.Count}]", JsonSection.Excerpt(entry), "a token and its score");
            }
            vocabulary[entry[0].GetString()!] = scores.Count;
            scores.Add(entry[1].GetDouble());
        }
        if (json.Find("unk_id") is not null)
        {
            var id = json.Int("unk_id", 0);
            unknown = id >= 0 && id < scores.Count ? id : throw json.Unsupported("unk_id", id, "an id of the vocabulary");
        }
        bytes = json.Flag("byte_fallback", false) ? ByteIds(vocabulary) : null;
        unknownScore = scores.Min() - UnknownPenalty;
        lengths = [.. vocabulary.Keys.Select(token => token.Length).Where(length => length > 0).Distinct().Order()];
    }

    /// <inheritdoc/>
    internal override IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <inheritdoc/>
    internal override void Encode(string word, List<int> ids)
    {
        var parts = new Stack<(int Start, int End, int? Id)>();
        var best = BestEnds(word);
        for (var end = word.Length; end > 0; end = best[end].Start)
        {
            var (start, id) = (best[end].Start, best[end].Id);
            // A run of unknown letters is one unknown part.
            if (id is null && parts.TryPeek(out var next) && next.Id is null)
                parts.Push(parts.Pop() with { Start = start });
            else
                parts.Push((start, end, id));
        }
        foreach (var (start, end, id) in parts)
        {
            if (id is { } known)
                ids.Add(known);
            else
                AddUnknown(word[start..end], ids);
        }
    }

    // For each place, the best token that ends there and where it begins; no token for a letter that is in none.
    private (int Start, int? Id, double Score)[] BestEnds(string word)
    {
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var best = new (int Start, int? Id, double Score)[word.Length + 1];
        Array.Fill(best, (-1, null, double.NegativeInfinity), 1, word.Length);
        for (var start = 0; start < word.Length;)
        {
            var letter = char.IsSurrogatePair(word, start) ? 2 : 1;
            var isKnown = false;
            foreach (var length in lengths)
            {
                if (length > word.Length - start)
                    break;
                if (!lookup.TryGetValue(word.AsSpan(start, length), out var id))
                    continue;
                Offer(start + length, id, scores[id]);
                isKnown |= length == letter;
            }
            if (!isKnown)
                Offer(start + letter, null, unknownScore);
            start += letter;

            void Offer(int end, int? id, double score)
            {
                var total = best[start].Score + score;
                if (best[end].Start < 0 || total > best[end].Score)
                    best[end] = (start, id, total);
            }
        }
        return best;
    }

    private void AddUnknown(string text, List<int> ids)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (bytes is not null && utf8.All(value => bytes[value] >= 0))
            ids.AddRange(utf8.Select(value => bytes[value]));
        else
            ids.Add(unknown ?? throw new EosException(EosErrors.Tokenizer,
                $"the tokenizer has no token for '{text}', and no unknown token (model.unk_id); expected one of the two. " +
                "Fetch tokenizer.json again."));
    }
}
