using Microsoft.ML.Tokenizers;

namespace EosMLNet.Checkpoints;

/// <summary>
/// A checkpoint folder's tokenizer: SentencePiece (<c>tokenizer.model</c>), what <c>tokenizer.json</c> describes, or byte-level BPE
/// (<c>vocab.json</c> and <c>merges.txt</c>), the first of them that is there. It encodes plain text only; special tokens are looked up by
/// <see cref="SpecialTokens"/>, so that a text which spells one is still only text.
/// </summary>
internal sealed class TextTokenizer
{
    private const string WholeFile = "tokenizer.json";
    private const long LargestFile = 64 << 20; // bytes
    private readonly Func<string, bool, IReadOnlyList<int>> _encode; // a part, and whether it is the first one
    private readonly Func<ReadOnlySpan<int>, string> _decode;
    private readonly SpacePrefix _prefix;
    private readonly TokenizerPipeline? _pipeline;
    private readonly IReadOnlyList<int>? _begin; // null for the model's own

    private TextTokenizer(
        Tokenizer tokenizer, SpacePrefix prefix, IEnumerable<int> plainIds, Dictionary<string, int> specialTokens, bool addsBos,
        SentencePieceBpe? sentencePiece = null)
    {
        HashSet<int> plain = [.. plainIds.Except(specialTokens.Values)];
        _encode = (part, isFirst) =>
        {
            var text = prefix == SpacePrefix.First && isFirst && part[0] is not (' ' or '\u2581') ? " " + part : part;
            return sentencePiece?.Encode(tokenizer.Normalizer?.Normalize(text) ?? text) ?? tokenizer.EncodeToIds(text);
        };
        _decode = ids => tokenizer.Decode(ids.ToArray().Where(plain.Contains));
        (_prefix, SpecialTokens, _begin) = (prefix, specialTokens, addsBos ? null : []);
    }

    private TextTokenizer(TokenizerPipeline pipeline, SpacePrefix prefix, Dictionary<string, int> specialTokens, IReadOnlyList<int>? begin)
    {
        _pipeline = pipeline;
        _encode = (part, isFirst) => pipeline.Encode(part, isFirst, withSpecial: false);
        _decode = ids => pipeline.Decode(ids, withSpecial: false);
        (_prefix, SpecialTokens, _begin) = (prefix, specialTokens, begin);
    }

    /// <summary>The ids of the special tokens, such as <c>&lt;/s&gt;</c>.</summary>
    internal IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>The ids that a prompt begins with.</summary>
    /// <param name="bosTokenId">The model's own, which holds where the tokenizer's files name no other.</param>
    internal IReadOnlyList<int> Begin(int bosTokenId) => _begin ?? [bosTokenId];

    /// <summary>Whether a special token takes the white space before it, and behind it, with it.</summary>
    internal (bool Before, bool After) Strips(string token) =>
        _pipeline?.Added(token) is { } added ? (added.StripsBefore, added.StripsAfter) : default;

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
            throw new EosException(EosErrors.Tokenizer,
                $"the tokenizer of '{folder}' cannot be read, a file of it is malformed: {e.Message} Fetch it again.", e);
        }
    }

    /// <summary>The ids of a text that stands for itself, without special tokens.</summary>
    internal IReadOnlyList<int> Encode(string text) => EncodePart(text, isFirst: true);

    /// <summary>The ids of a part of a prompt: the first one, or one behind a special token.</summary>
    internal IReadOnlyList<int> EncodePart(string text, bool isFirst) => text.Length == 0 ? [] : _encode(text, isFirst);

    /// <summary>The ids of a text that goes on after another, a space between the two.</summary>
    internal IReadOnlyList<int> EncodeContinuation(string text) =>
        EncodePart(_prefix == SpacePrefix.EachPart ? text : " " + text, isFirst: false);

    /// <summary>The text of some ids; special and unknown ones are left out.</summary>
    internal string Decode(ReadOnlySpan<int> ids) => _decode(ids).Trim();

    /// <summary>Whether the folder has a tokenizer's files.</summary>
    public static bool Exists(string folder) =>
        ((string[])["tokenizer.model", WholeFile, "vocab.json"]).Any(name => File.Exists(Path.Combine(folder, name)));

    private static TextTokenizer LoadUnchecked(string folder, List<string> notes)
    {
        var settings = JsonSection.ReadIfExists(Path.Combine(folder, "tokenizer_config.json"));
        var whole = JsonSection.ReadIfExists(Path.Combine(folder, WholeFile), LargestFile);
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
        if (whole?.Find("model") is not null)
            return LoadWhole(whole, settings, special, notes);
        if (File.Exists(vocabulary) && File.Exists(merges))
        {
            if (settings?.Text("tokenizer_class") is { } type && type.StartsWith("Qwen", StringComparison.Ordinal))
            {
                throw settings.Unsupported("tokenizer_class", $"'{type}'",
                    $"a {WholeFile} beside it, which says how that class splits words; copy it too");
            }
            if (settings?.Flag("add_prefix_space", false) == true)
                throw settings.Unsupported("add_prefix_space", "true", "false: a tokenizer of vocab.json puts no space before a text here");
            var ids = VocabularyFile.Read(JsonSection.Read(vocabulary, LargestFile));
            return new TextTokenizer(MakeBpe(ids, ReadMerges(merges, ids)), SpacePrefix.Never, ids.Values, special, addsBos);
        }
        throw new EosException(EosErrors.Tokenizer,
            $"'{folder}' has no tokenizer.model, no {WholeFile} with a model, and no vocab.json with merges.txt; " +
            "copy the tokenizer's files into it.");
    }

    // transformers runs this file where it is there, and follows add_bos_token where the settings name it.
    private static TextTokenizer LoadWhole(JsonSection whole, JsonSection? settings, Dictionary<string, int> special, List<string> notes)
    {
        var pipeline = new TokenizerPipeline(whole);
        if (pipeline.Ends.After.Count > 0)
        {
            notes.Add($"'post_processor' of '{whole.File}' puts an end token behind a text, but none is put behind a prompt: " +
                "an answer follows it.");
        }
        var begin = pipeline.Ends.Before;
        if (settings?.Find("add_bos_token") is not null)
            begin = !settings.Flag("add_bos_token", true) ? [] : begin.Count > 0 ? begin : null;
        return new TextTokenizer(pipeline, SpacePrefixes.Declared(whole) ?? SpacePrefix.Never, special, begin);
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

    private static List<string> ReadMerges(string path, Dictionary<string, int> vocabulary)
    {
        var text = ReadText(path);
        var merges = text.Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)).ToList();
        foreach (var merge in merges)
        {
            if (merge.Split(' ') is not [var left, var right] || !vocabulary.ContainsKey(left) || !vocabulary.ContainsKey(right)
                || !vocabulary.ContainsKey(left + right))
                throw new EosException(EosErrors.Tokenizer,
                    $"'{path}' has the merge '{merge}', expected two tokens of vocab.json whose combination is in it too.");
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
            : throw new EosException(EosErrors.Tokenizer,
                $"'{path}' has {length} bytes, more than the {LargestFile} that a tokenizer may have.");
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
            throw new EosException(EosErrors.Tokenizer,
                $"'{source.File}' gives the special token '{content}' the id {id}; expected a text and an id from 0 up.");
        tokens.TryAdd(content, id);
    }
}
