using Microsoft.ML.Tokenizers;

namespace EosMLNet.Checkpoints;

/// <summary>
/// A checkpoint folder's tokenizer: SentencePiece (<c>tokenizer.model</c>) or byte-level BPE (<c>vocab.json</c> and <c>merges.txt</c>).
/// It encodes plain text only; special tokens are looked up by <see cref="SpecialTokens"/>, so that a text which spells one is still only
/// text.
/// </summary>
internal sealed class TextTokenizer
{
    private const long LargestFile = 64 << 20; // bytes
    private readonly Tokenizer _tokenizer;
    private readonly Func<string, IReadOnlyList<int>> _encode;
    private readonly SpacePrefix _prefix;
    private readonly HashSet<int> _plainIds;

    private TextTokenizer(
        Tokenizer tokenizer, SpacePrefix prefix, IEnumerable<int> plainIds, Dictionary<string, int> specialTokens, bool addsBos,
        SentencePieceBpe? sentencePiece = null)
    {
        _encode = sentencePiece is null
            ? text => tokenizer.EncodeToIds(text)
            : text => sentencePiece.Encode(tokenizer.Normalizer?.Normalize(text) ?? text);
        (_tokenizer, _prefix, SpecialTokens, AddsBos) = (tokenizer, prefix, specialTokens, addsBos);
        _plainIds = [.. plainIds.Except(specialTokens.Values)];
    }

    /// <summary>The ids of the special tokens, such as <c>&lt;/s&gt;</c>.</summary>
    internal IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Whether a prompt begins with the beginning-of-sequence token.</summary>
    internal bool AddsBos { get; }

    /// <summary>Reads a folder's tokenizer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="notes">Receives a sentence where a setting of the files has no effect here.</param>
    /// <exception cref="EosException">EOS1014: files are missing or malformed.</exception>
    internal static TextTokenizer Load(string folder, List<string> notes)
    {
        try
        {
            return LoadUnchecked(folder, notes);
        }
        catch (EosException e) when (e.Code != EosErrors.Tokenizer)
        {
            throw new EosException(EosErrors.Tokenizer, $"the tokenizer of '{folder}' cannot be read: {e.Detail}", e);
        }
        // The parsers below throw whatever they stumble over, from IndexOutOfRange to protobuf's own; all of it means a malformed file.
        catch (Exception e) when (e is not (EosException or OutOfMemoryException))
        {
            throw new EosException(EosErrors.Tokenizer, $"the tokenizer of '{folder}' cannot be read, a file of it is malformed: {e.Message} Fetch it again.", e);
        }
    }

    /// <summary>The ids of a text that stands for itself, without special tokens.</summary>
    internal IReadOnlyList<int> Encode(string text) => EncodePart(text, isFirst: true);

    /// <summary>The ids of a part of a prompt: the first one, or one behind a special token.</summary>
    internal IReadOnlyList<int> EncodePart(string text, bool isFirst) =>
        text.Length == 0 ? [] : _encode(_prefix == SpacePrefix.First && isFirst && text[0] is not (' ' or '\u2581') ? " " + text : text);

    /// <summary>The ids of a text that goes on after another, a space between the two.</summary>
    internal IReadOnlyList<int> EncodeContinuation(string text) =>
        text.Length == 0 && _prefix == SpacePrefix.EachPart ? [] : _encode(_prefix == SpacePrefix.EachPart ? text : " " + text);

    /// <summary>The text of some ids; special and unknown ones are left out.</summary>
    internal string Decode(ReadOnlySpan<int> ids)
    {
        var plain = new List<int>(ids.Length);
        foreach (var id in ids)
        {
            if (_plainIds.Contains(id))
                plain.Add(id);
        }
        return _tokenizer.Decode(plain).Trim();
    }

    /// <summary>Whether the folder has a tokenizer's files.</summary>
    public static bool Exists(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.model")) || File.Exists(Path.Combine(folder, "vocab.json"));

    private static TextTokenizer LoadUnchecked(string folder, List<string> notes)
    {
        var settings = JsonSection.ReadIfExists(Path.Combine(folder, "tokenizer_config.json"));
        var whole = JsonSection.ReadIfExists(Path.Combine(folder, "tokenizer.json"), LargestFile);
        var special = ReadSpecialTokens(folder, settings, whole);
        if (settings?.Flag("add_eos_token", false) == true)
            notes.Add($"'add_eos_token' of '{settings.File}' is true, but no end token is put behind a prompt: an answer follows it.");
        var addsBos = settings?.Flag("add_bos_token", true) ?? true;
        var sentencePiece = Path.Combine(folder, "tokenizer.model");
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        if (File.Exists(sentencePiece))
        {
            var prefix = SpacePrefixes.Read(settings, whole);
            var bytes = ReadLimited(sentencePiece);
            using var stream = new MemoryStream(prefix == SpacePrefix.EachPart ? bytes : [.. bytes, .. SpacePrefixes.NoneOfItsOwn]);
            var tokenizer = LlamaTokenizer.Create(stream, addBeginOfSentence: false, addEndOfSentence: false);
            if (prefix == SpacePrefix.EachPart && !tokenizer.AddDummyPrefix)
                prefix = SpacePrefix.Never;
            return new TextTokenizer(tokenizer, prefix, PlainIds(tokenizer), special, addsBos, SentencePieceBpe.Read(bytes));
        }
        if (File.Exists(vocabulary) && File.Exists(merges))
        {
            if (settings?.Flag("add_prefix_space", false) == true)
                throw settings.Unsupported("add_prefix_space", "true", "false: a tokenizer of vocab.json puts no space before a text here");
            var ids = ReadVocabulary(vocabulary);
            return new TextTokenizer(MakeBpe(ids, ReadMerges(merges, ids)), SpacePrefix.Never, ids.Values, special, addsBos);
        }
        throw new EosException(EosErrors.Tokenizer, $"'{folder}' has neither tokenizer.model nor vocab.json with merges.txt; copy the tokenizer's files into it.");
    }

    private static IEnumerable<int> PlainIds(LlamaTokenizer tokenizer) =>
        tokenizer.Vocabulary.Values.Except([tokenizer.BeginningOfSentenceId, tokenizer.EndOfSentenceId, tokenizer.UnknownId]);

    private static BpeTokenizer MakeBpe(Dictionary<string, int> vocabulary, IEnumerable<string> merges) =>
        BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = merges,
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(ByteLevel.Words(), null),
        });

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        var json = JsonSection.Read(path, LargestFile);
        var ids = json.Names.ToDictionary(token => token, token => json.Int(token, -1));
        if (ids.Count == 0 || ids.Values.Any(id => id < 0) || ids.Values.Distinct().Count() != ids.Count)
            throw new EosException(EosErrors.Tokenizer, $"'{path}' is empty or has negative or repeated ids; expected an object of tokens and their ids.");
        return ids;
    }

    private static List<string> ReadMerges(string path, Dictionary<string, int> vocabulary)
    {
        var text = ReadText(path);
        var merges = text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)).ToList();
        foreach (var merge in merges)
        {
            if (merge.Split(' ') is not [var left, var right] || !vocabulary.ContainsKey(left) || !vocabulary.ContainsKey(right) || !vocabulary.ContainsKey(left + right))
                throw new EosException(EosErrors.Tokenizer, $"'{path}' has the merge '{merge}', expected two tokens of vocab.json whose combination is in it too.");
        }
        return merges;
    }

    /// <summary>A text file of a tokenizer; larger ones than a tokenizer can have are refused.</summary>
    /// <exception cref="EosException">EOS1014: it is too large.</exception>
    internal static string ReadText(string path) => System.Text.Encoding.UTF8.GetString(ReadLimited(path));

    private static byte[] ReadLimited(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile
            ? File.ReadAllBytes(path)
            : throw new EosException(EosErrors.Tokenizer, $"'{path}' has {length} bytes, more than the {LargestFile} that a tokenizer may have.");
    }

    // Three generations of files say the same thing; the first that names a token decides its id.
    private static Dictionary<string, int> ReadSpecialTokens(string folder, JsonSection? settings, JsonSection? whole)
    {
        var tokens = new Dictionary<string, int>();
        if (settings?.Section("added_tokens_decoder") is { } decoder)
        {
            foreach (var id in decoder.Names)
            {
                if (!int.TryParse(id, out var number))
                    throw new EosException(EosErrors.Tokenizer, $"{decoder.Describe(id)} is not under a token id.");
                AddToken(tokens, decoder, decoder.Section(id).Text("content"), number);
            }
        }
        if (JsonSection.ReadIfExists(Path.Combine(folder, "added_tokens.json")) is { } added)
        {
            foreach (var token in added.Names)
                AddToken(tokens, added, token, added.Int(token, -1));
        }
        foreach (var token in whole?.Sections("added_tokens") ?? [])
            AddToken(tokens, token, token.Text("content"), token.Int("id", -1));
        return tokens;
    }

    private static void AddToken(Dictionary<string, int> tokens, JsonSection source, string? content, int id)
    {
        if (string.IsNullOrEmpty(content) || id < 0)
            throw new EosException(EosErrors.Tokenizer, $"'{source.File}' gives the special token '{content}' the id {id}; expected a text and an id from 0 up.");
        tokens.TryAdd(content, id);
    }
}
