using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// What <c>--json</c> writes: camel case, enums by name, infinite temperatures as the string "Infinity", as in a plan file.
/// </summary>
internal static class JsonResult
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a file, not a web page: é stays é
        Converters = { new JsonStringEnumConverter() },
    };

    // For a stream in another encoding than JSON's: é becomes \u00e9.
    private static readonly JsonSerializerOptions Ascii = new(Options) { Encoder = JavaScriptEncoder.Default };

    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Write(string path, object result) => AtomicFile.WriteText(path, Text(result, Options));

    internal static void Write(TextWriter output, object result)
    {
        output.Write(Text(result, CarriesAll(output.Encoding) ? Options : Ascii));
        output.Flush();
    }

    // A console's encoding wraps another one, of the same code page.
    private static bool CarriesAll(Encoding encoding) =>
        encoding.CodePage == Encoding.UTF8.CodePage || encoding.CodePage == Encoding.Unicode.CodePage;

    private static string Text(object result, JsonSerializerOptions options) => JsonSerializer.Serialize(result, options) + "\n";

    /// <summary>What would be written, to add more to it.</summary>
    internal static JsonObject Node(object result) => JsonSerializer.SerializeToNode(result, Options)!.AsObject();

    /// <summary>A part of what was written.</summary>
    internal static T Read<T>(string path, string property)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty(property).Deserialize<T>(Options)!;
    }
}
