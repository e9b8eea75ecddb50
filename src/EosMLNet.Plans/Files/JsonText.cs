using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EosMLNet.Files;

/// <summary>
/// JSON documents from outside. System.Text.Json looks at the characters of a text when it is first asked for, and what it throws there is
/// no <see cref="JsonException"/>: here they are looked at when the document is read.
/// </summary>
public static class JsonText
{
    /// <summary>Reads a document.</summary>
    /// <param name="bytes">The document, UTF-8.</param>
    /// <param name="options">What it may have.</param>
    /// <returns>Its value, which needs no disposal.</returns>
    /// <exception cref="JsonException">It is no JSON, or has a name or text that is not Unicode.</exception>
    public static JsonElement Parse(byte[] bytes, JsonDocumentOptions options)
    {
        RequireUnicode(bytes, options.MaxDepth);
        using var document = JsonDocument.Parse(bytes, options);
        return document.RootElement.Clone();
    }

    private static void RequireUnicode(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        if (!Utf8.IsValid(bytes))
            throw NotUnicode(bytes, FirstInvalid(bytes));
        // Half a pair that stands for one character above 0xFFFF can only be written with an escape.
        if (bytes.IndexOf("\\ud"u8) < 0 && bytes.IndexOf("\\uD"u8) < 0)
            return;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw NotUnicode(bytes, (int)reader.TokenStartIndex);
            }
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }

    private static JsonException NotUnicode(ReadOnlySpan<byte> bytes, int at)
    {
        var before = bytes[..at];
        return new("A text is not valid Unicode.", null, before.Count((byte)'\n'), at - before.LastIndexOf((byte)'\n') - 1);
    }
}
