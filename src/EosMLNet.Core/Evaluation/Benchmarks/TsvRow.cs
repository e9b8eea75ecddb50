namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>A row of a <see cref="ImageTsv"/>: its texts by column, and where its images lie in the file.</summary>
internal sealed class TsvRow(string file, int line)
{
    /// <summary>An <c>image</c> cell up to this many bytes is no image, but the index of the row that has it.</summary>
    internal const int LongestReference = 64;

    /// <summary>What to do about a table that is not as it was published; a space goes before it.</summary>
    internal const string GetAnew = " Get the benchmark's file anew; build/docs/benchmarks-data.md says which.";

    private readonly List<(string Name, string Value)> cells = [];
    private IReadOnlyList<TsvImage> images = [];

    internal IEnumerable<string> Names => cells.Select(cell => cell.Name);

    /// <summary>Adds a cell, with the images that stand in it.</summary>
    internal void Add(string name, string value, IReadOnlyList<TsvImage> found)
    {
        cells.Add((name, value));
        images = found.Count > 0 ? found : images;
    }

    /// <summary>A text that is not empty.</summary>
    internal string Text(string name) => Optional(name) is { Length: > 0 } text ? text : throw Bad($"'{name}' is empty");

    /// <summary>A text; empty where the cell is, or the table has no such column.</summary>
    internal string Optional(string name) => cells.FirstOrDefault(cell => cell.Name == name).Value?.Trim() ?? "";

    /// <summary>The indices of the images that stand in the row itself; null where the row names another one.</summary>
    /// <exception cref="EosException">EOS1011: one of several images is none.</exception>
    internal IReadOnlyList<int>? OwnImages(BenchmarkBuilder builder)
    {
        if (images is [{ Length: <= LongestReference }])
            return null;
        foreach (var image in images.Where(image => image.Length <= LongestReference))
            throw Bad($"'image' is a list of {images.Count} with '{image.Value}' in it, expected each image in Base64");
        return [.. images.Select(image =>
            builder.Image(image.Hash, () => BenchmarkImage.OfBase64(file, line, image.Offset, image.Length)))];
    }

    internal EosException Bad(string what) => Bad(file, line, what);

    internal static EosException Bad(string file, int line, string what) =>
        EosException.At(EosErrors.DatasetRow, file, line, $"{what}.{GetAnew}");
}
