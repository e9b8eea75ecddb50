using System.Text.Encodings.Web;
using System.Text.Json;
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

    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Write(string path, object result) => AtomicFile.WriteText(path, Text(result));

    internal static void Write(TextWriter output, object result)
    {
        output.Write(Text(result));
        output.Flush();
    }

    private static string Text(object result) => JsonSerializer.Serialize(result, Options) + "\n";

    /// <summary>A part of what was written.</summary>
    internal static T Read<T>(string path, string property)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty(property).Deserialize<T>(Options)!;
    }
}
