using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace EosMLNet.Checkpoints;

/// <summary>The <c>decoder</c> of a <c>tokenizer.json</c>: it makes text of tokens.</summary>
internal static class Decoders
{
    /// <summary>Reads it; tokens are joined by spaces where there is none.</summary>
    /// <exception cref="EosException">EOS1009: an unknown one.</exception>
    internal static Func<IReadOnlyList<string>, string> Read(JsonSection whole)
    {
        Func<IReadOnlyList<string>, IReadOnlyList<string>>[] steps =
            [.. whole.Components("decoder", "decoders").Select(part => Step(part.Type, part.Section))];
        return steps.Length == 0
            ? tokens => string.Join(' ', tokens)
            : tokens => string.Concat(steps.Aggregate(tokens, (done, step) => step(done)));
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Step(string type, JsonSection json)
    {
        switch (type)
        {
            case "ByteLevel":
                return tokens => [Encoding.UTF8.GetString([.. tokens.SelectMany(ByteLevel.ToBytes)])];
            case "ByteFallback":
                return JoinBytes;
            case "Fuse":
                return tokens => [string.Concat(tokens)];
            case "Replace":
                var (old, next) = (json.Literal(), json.Text("content") ?? "");
                return old is { Length: > 0 } ? Each(token => token.Replace(old, next, StringComparison.Ordinal))
                    : throw json.Unsupported("pattern", "no text", "a String");
            case "Strip":
                var (letter, start, stop) = (json.Letter("content"), json.Int("start", 0), json.Int("stop", 0));
                return Each(token => Strip(token, letter, start, stop));
            case "Metaspace":
                var (mark, drops) = (json.Letter("replacement"), SpacePrefixes.OfMetaspace(json) != SpacePrefix.Never);
                return tokens => [.. tokens.Select((token, i) => token.Replace($"{mark}", i == 0 && drops ? "" : " "))];
            default:
                throw json.Unknown("ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace");
        }
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Each(Func<string, string> change) =>
        tokens => [.. tokens.Select(change)];

    // Tokens like <0x0A>: a run of them is UTF-8, or each is a replacement character.
    private static List<string> JoinBytes(IReadOnlyList<string> tokens)
    {
        var (joined, run) = (new List<string>(tokens.Count), new List<byte>());
        foreach (var token in tokens)
        {
            if (token is ['<', '0', 'x', _, _, '>']
                && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                run.Add(value);
                continue;
            }
            End();
            joined.Add(token);
        }
        End();
        return joined;

        void End()
        {
            if (run.Count > 0)
                joined.Add(Utf8.IsValid([.. run]) ? Encoding.UTF8.GetString([.. run]) : new string('\uFFFD', run.Count));
            run.Clear();
        }
    }

    private static string Strip(string token, char letter, int start, int stop)
    {
        var (from, to) = (0, token.Length);
        while (from < start && from < token.Length && token[from] == letter)
            from++;
        while (to > from && to > token.Length - stop && token[to - 1] == letter)
            to--;
        return token[from..to];
    }
}
