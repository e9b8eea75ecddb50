
namespace EosMLNet.Checkpoints;

/// <summary>The <c>normalizer</c> of a <c>tokenizer.json</c>: what is done to a text before it is cut into words.</summary>
internal static class Normalizers
{
    /// <summary>Reads it; a text stays as it is where there is none.</summary>
    /// <exception cref="EosException">EOS1009: an unknown one.</exception>
    internal static Func<string, string> Read(JsonSection whole)
    {
        Func<string, string>[] steps = [.. whole.Components("normalizer", "normalizers").Select(part => Step(part.Type, part.Section))];
        return text => steps.Aggregate(text, (done, step) => step(done));
    }

    private static Func<string, string> Step(string type, JsonSection json)
    {
        switch (type)
        {
            case "NFC":
                return CanonicalComposition.Of;
            case "Prepend":
                var prefix = json.RequiredText("prepend");
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                var (old, next) = (json.Literal(), json.Text("content") ?? "");
                return old is { Length: > 0 } ? text => text.Replace(old, next, StringComparison.Ordinal)
                    : throw json.Unsupported("pattern", "no text", "a String");
            default:
                throw json.Unknown("NFC, Prepend, Replace");
        }
    }
}
