using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>
/// The files that a build reads, with their hashes; those that the last build's stamp knows, and that look the same, are not read again.
/// </summary>
internal sealed class InputFiles(BuildStamp? last)
{
    private readonly Dictionary<string, StampedFile> known =
        (last?.Files ?? []).DistinctBy(file => file.Path).ToDictionary(file => file.Path);
    private readonly List<(string Role, string Name, StampedFile File)> inputs = [];

    internal IEnumerable<StampedFile> Files => inputs.Select(input => input.File);

    /// <summary>One line a file: what it is for, its name where that matters, and its content. Where the files lie does not.</summary>
    internal string Canonical => string.Concat(inputs.Select(input => $"{input.Role}\t{input.Name}\t{input.File.Hash}\n"));

    internal void AddModel(string folder)
    {
        foreach (var file in BuildStamp.ModelFiles(folder))
            Add("model", Path.GetFileName(file), file);
    }

    /// <summary>Adds a table and the images that it names.</summary>
    /// <exception cref="EosException">EOS1011: it names an image that is not there, or none.</exception>
    internal void AddTable(string role, string path, string imageFolder)
    {
        Add(role, "", path);
        foreach (var (image, line) in Images(path, imageFolder))
        {
            var full = InsideFolder.Resolve(imageFolder, image);
            if (full is null || !File.Exists(full))
                throw EosException.At(EosErrors.DatasetRow, path, line,
                    $"the image '{image}' does not exist in '{imageFolder}'; correct or remove the row.");
            Add("image", image, full);
        }
    }

    /// <summary>
    /// Checks, when all were read, that they are what was hashed: what was made of others would be kept under a wrong key.
    /// </summary>
    /// <exception cref="EosException">EOS1001: one was changed meanwhile.</exception>
    internal void CheckUnchanged()
    {
        foreach (var file in Files.Where(file => !file.LooksTheSame() && file.IfUnchanged() is null))
            throw new EosException(EosErrors.FileMissing, $"'{file.Path}' was changed while the build read it, so that nothing is kept. " +
                "Build again when nobody writes to it.");
    }

    internal void Add(string role, string name, string path) =>
        inputs.Add((role, name, (known.TryGetValue(path, out var file) ? file.IfUnchanged() : null) ?? StampedFile.Of(path)));

    // Each file once, with the first line that names it. Images that are in the table itself are hashed with it. What names no file is left
    // to the reader of the table to judge.
    private static IEnumerable<(string Path, int Line)> Images(string table, string folder)
    {
        var rows = File.ReadLines(table).Select((line, i) => (Fields: line.Split('\t'), Line: i + 1)).Where(row => row.Fields is not [""])
            .ToList();
        var column = rows.Count == 0 ? -1 : Array.FindIndex(rows[0].Fields, name => name.Trim() == "ImagePath");
        if (column < 0)
            throw EosException.At(EosErrors.DatasetRow, table, rows.Count == 0 ? null : rows[0].Line,
                "there is no column ImagePath. Expected a header with ImagePath, Question and Answer between tabs.");
        return rows.Skip(1).Where(row => row.Fields.Length > column)
            .SelectMany(row => ImageCell.Images(row.Fields[column].Trim(), folder), (row, path) => (Path: path, row.Line))
            .Where(x => x.Path.Length > 0 && ImageCell.DataHeader(x.Path) == 0 && !ImageCell.IsAddress(x.Path)).DistinctBy(x => x.Path);
    }
}
