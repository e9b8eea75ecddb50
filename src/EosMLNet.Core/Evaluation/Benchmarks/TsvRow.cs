namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>A row of a <see cref="ImageTsv"/>: its texts by column, and where its image lies in the file.</summary>
internal sealed class TsvRow(string file, int line)
{
    /// <summary>An <c>image</c> cell up to this many bytes is no image, but the index of the row that has it.</summary>
    internal const int LongestReference = 64;

    /// <summary>What to do about a table that is not as it was published; a space goes before it.</summary>
    internal const string GetAnew = " Get the benchmark's file anew; build/docs/benchmarks-data.md says which.";

    private readonly List<(string Name, string Value)> cells = [];
    private (long Offset, long Length, string Hash) image;

    internal IEnumerable<string> Names => cells.Select(cell => cell.Name);

    internal void Add(string name, string value, (long, long, string)? place)
    {
        cells.Add((name, value));
        image = place ?? image;
    }

    /// <summary>A text that is not empty.</summary>
    internal string Text(string name) => Optional(name) is { Length: > 0 } text ? text : throw Bad($"'{name}' is empty");

    /// <summary>A text; empty where the cell is, or the table has no such column.</summary>
    internal string Optional(string name) => cells.FirstOrDefault(cell => cell.Name == name).Value?.Trim() ?? "";

    /// <summary>The index of the image that stands in the row itself; null where the row names another one.</summary>
    internal int? OwnImage(BenchmarkBuilder builder) => image.Length > LongestReference
        ? builder.Image(image.Hash, () => BenchmarkImage.OfBase64(file, line, image.Offset, image.Length))
        : null;

    internal EosException Bad(string what) => Bad(file, line, what);

    internal static EosException Bad(string file, int line, string what) =>
        EosException.At(EosErrors.DatasetRow, file, line, $"{what}.{GetAnew}");
}
