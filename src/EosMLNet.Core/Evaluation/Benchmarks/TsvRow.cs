namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>A row of a <see cref="PictureTsv"/>: its texts by column, and where its picture lies in the file.</summary>
internal sealed class TsvRow(string file, int line)
{
    /// <summary>An <c>image</c> cell up to this many bytes is no picture, but the index of the row that has it.</summary>
    internal const int LongestReference = 64;

    private readonly List<(string Name, string Value)> cells = [];
    private (long Offset, long Length, string Hash) picture;

    internal IEnumerable<string> Names => cells.Select(cell => cell.Name);

    internal void Add(string name, string value, (long, long, string)? place)
    {
        cells.Add((name, value));
        picture = place ?? picture;
    }

    /// <summary>A text that is not empty.</summary>
    internal string Text(string name) => Optional(name) is { Length: > 0 } text ? text : throw Bad($"'{name}' is empty");

    /// <summary>A text; empty where the cell is, or the table has no such column.</summary>
    internal string Optional(string name) => cells.FirstOrDefault(cell => cell.Name == name).Value?.Trim() ?? "";

    /// <summary>The index of the row's picture, which may be that of an earlier row.</summary>
    internal int Picture(BenchmarkBuilder builder, Dictionary<string, int> byIndex)
    {
        var index = picture.Length > LongestReference ? builder.Picture(picture.Hash, () => BenchmarkPicture.OfBase64(file, line, picture.Offset, picture.Length))
            : byIndex.TryGetValue(Text("image"), out var earlier) ? earlier
            : throw Bad($"'image' is '{Text("image")}', which is neither a picture in Base64 nor the index of a row before");
        return byIndex[Text("index")] = index;
    }

    internal EosException Bad(string what) => Bad(file, line, what);

    internal static EosException Bad(string file, int line, string what) =>
        new(EosErrors.DatasetRow, $"'{file}' line {line}: {what}. Get the benchmark's file anew; build/docs/benchmarks-data.md says which.");
}
