
namespace EosMLNet.Checkpoints;

/// <summary>
/// A tokenizer as <c>tokenizer.json</c> describes it: added tokens are cut out, the rest is normalised, cut into words, and the words into
/// tokens. Gives the ids and texts of Hugging Face's Rust library. May be used from several threads.
/// </summary>
internal sealed class TokenizerPipeline
{
    private readonly AddedTokens raw, normalized;
    private readonly Func<string, string> normalize;
    private readonly Func<TextPiece, IEnumerable<TextPiece>> split;
    private readonly TokenModel model;
    private readonly Func<IReadOnlyList<string>, string> decode;
    private readonly Dictionary<int, string> tokens = [];
    private readonly HashSet<string> special;
    private readonly Dictionary<string, AddedToken> added;

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="whole">The whole file.</param>
    /// <exception cref="EosException">EOS1008, EOS1009, EOS1014: it is malformed, or has a component that is not known.</exception>
    internal TokenizerPipeline(JsonSection whole)
    {
        model = TokenModel.Read(whole);
        normalize = Normalizers.Read(whole);
        split = PreTokenizers.Read(whole);
        decode = Decoders.Read(whole);
        Ends = PromptEnds.Read(whole);
        AddedToken[] all = [.. whole.Sections("added_tokens").Select(json => ReadToken(json, model.Vocabulary))];
        raw = new(all.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        normalized = new(all.Where(token => token.IsNormalized).Select(token => (normalize(token.Content), token)));
        added = all.DistinctBy(token => token.Content).ToDictionary(token => token.Content);
        special = [.. all.Where(token => token.IsSpecial).Select(token => token.Content)];
        foreach (var (token, id) in model.Vocabulary)
            tokens[id] = token;
        foreach (var token in all)
            tokens[token.Id] = token.Content;
    }

    /// <summary>The ids that are put around those of a text.</summary>
    internal PromptEnds Ends { get; }

    /// <summary>The ids of a text, without those around it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isFirst">Whether a prompt begins with it.</param>
    /// <param name="withSpecial">Whether special tokens that it spells are found; else they are text.</param>
    /// <exception cref="EosException">EOS1014: the tokenizer cannot encode it.</exception>
    internal List<int> Encode(string text, bool isFirst = true, bool withSpecial = true)
    {
        var ids = new List<int>();
        foreach (var (token, part, start) in raw.Split(text, withSpecial))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
                EncodePart(normalize(part), isFirst && start == 0, withSpecial, ids);
        }
        return ids;
    }

    /// <summary>The text of some ids; ids that are none are left out.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="withSpecial">Whether special tokens are written too.</param>
    internal string Decode(ReadOnlySpan<int> ids, bool withSpecial)
    {
        var texts = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (tokens.TryGetValue(id, out var token) && (withSpecial || !special.Contains(token)))
                texts.Add(token);
        }
        return decode(texts);
    }

    /// <summary>The added token of a text; null where there is none.</summary>
    internal AddedToken? Added(string content) => added.GetValueOrDefault(content);

    private void EncodePart(string part, bool isFirst, bool withSpecial, List<int> ids)
    {
        foreach (var (token, text, start) in normalized.Split(part, withSpecial))
        {
            if (token is not null)
                ids.Add(token.Id);
            else
            {
                foreach (var word in split(new(text, isFirst && start == 0)))
                    model.Encode(word.Text, ids);
            }
        }
    }

    // A token that the vocabulary has keeps the id that it has there.
    private static AddedToken ReadToken(JsonSection json, IReadOnlyDictionary<string, int> vocabulary)
    {
        var (content, isSpecial) = (json.RequiredText("content"), json.Flag("special", false));
        var id = vocabulary.TryGetValue(content, out var known) ? known : json.Int("id", -1);
        return id < 0 ? throw json.Unsupported("id", id, "an id from 0 up")
            : new(id, content, isSpecial, json.Flag("normalized", !isSpecial), json.Flag("single_word", false),
                json.Flag("lstrip", false), json.Flag("rstrip", false));
    }
}
