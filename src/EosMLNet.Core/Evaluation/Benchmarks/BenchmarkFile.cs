using System.Text;
using System.Text.Json;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>Reads the JSON files of benchmarks. What is wrong with one is said with its name and the line or entry.</summary>
internal static class BenchmarkFile
{
    private const long LargestFile = 1L << 29; // bytes; GQA's largest question file that is evaluated has 13 million
    private const int LongestText = 1 << 20; // characters
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <summary>A JSON file of one value.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be read. EOS1008: it is not JSON.</exception>
    internal static JsonElement Json(string file)
    {
        var bytes = Read(file);
        try
        {
            return JsonText.Parse(bytes, Strict);
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.MalformedJson,
                $"'{file}' is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}", e)
            {
                File = file,
                Line = (int?)(e.LineNumber + 1),
            };
        }
    }

    /// <summary>A file with a JSON object in each line; empty lines are skipped.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be read. EOS1008: a line is not JSON.</exception>
    internal static IEnumerable<BenchmarkEntry> JsonLines(string file)
    {
        var number = 0;
        foreach (var line in Lines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            JsonElement element;
            try
            {
                element = JsonText.Parse(Encoding.UTF8.GetBytes(line), Strict);
            }
            catch (JsonException e)
            {
                throw EosException.At(EosErrors.MalformedJson, file, number,
                    $"this is not valid JSON, byte {e.BytePositionInLine + 1}: {e.Message}", e);
            }
            yield return new BenchmarkEntry(file, number, "", element);
        }
    }

    /// <summary>The objects of a JSON list, or the values of an object of objects, or those under one of its names.</summary>
    /// <param name="file">The file.</param>
    /// <param name="under">The name that the list or object stands under; null where it is the whole file.</param>
    internal static IEnumerable<(string Key, BenchmarkEntry Entry)> Entries(string file, string? under = null)
    {
        var root = Json(file);
        if (under is not null && (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(under, out root)))
            throw new EosException(EosErrors.DatasetRow,
                $"'{file}' has no '{under}'; expected the file as it was published.")
            { File = file };
        return root.ValueKind switch
        {
            JsonValueKind.Array =>
                root.EnumerateArray().Select((item, i) => ($"{i}", new BenchmarkEntry(file, null, $"entry {i + 1}", item))),
            JsonValueKind.Object =>
                root.EnumerateObject().Select(item => (item.Name, new BenchmarkEntry(file, null, $"entry '{item.Name}'", item.Value))),
            _ => throw new EosException(EosErrors.DatasetRow,
                $"'{file}' holds a JSON {root.ValueKind}; expected a list or an object of questions.")
            { File = file },
        };
    }

    /// <summary>The lines of a UTF-8 text.</summary>
    /// <exception cref="EosException">EOS1001: it cannot be read. EOS1011: it is not UTF-8, or a line is longer than a question can
    /// be.</exception>
    internal static IReadOnlyList<string> Lines(string file)
    {
        var bytes = Read(file);
        string[] lines;
        try
        {
            lines = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF').ReplaceLineEndings("\n")
                .Split('\n');
        }
        catch (DecoderFallbackException e)
        {
            throw EosException.At(EosErrors.DatasetRow, file, null, "this is not UTF-8 text; get the file anew.", e);
        }
        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Length > LongestText)
                throw EosException.At(EosErrors.DatasetRow, file, i + 1, $"{lines[i].Length} characters; expected at most {LongestText}.");
        return lines;
    }

    private static byte[] Read(string file)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
                throw new EosException(EosErrors.FileMissing,
                    $"'{file}' does not exist; build/docs/benchmarks-data.md says which files the benchmark needs.");
            return info.Length <= LargestFile
                ? File.ReadAllBytes(file)
                : throw new EosException(EosErrors.DatasetRow,
                    $"'{file}' has {info.Length} bytes, more than the {LargestFile} that a question file may have.")
                { File = file };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{file}' cannot be read: {e.Message}", e);
        }
    }
}
