using EosMLNet.Build.Exchange;
using EosMLNet.Data;

namespace EosMLNet.Tool.Build;

/// <summary>The files that a build reads, with their hashes; those that the last build's stamp knows, and that look the same, are not read again.</summary>
internal sealed class InputFiles(BuildStamp? last)
{
    private readonly Dictionary<string, StampedFile> known = (last?.Files ?? []).DistinctBy(file => file.Path).ToDictionary(file => file.Path);
    private readonly List<(string Role, string Name, StampedFile File)> inputs = [];

    internal IEnumerable<StampedFile> Files => inputs.Select(input => input.File);

    /// <summary>One line a file: what it is for, its name where that matters, and its content. Where the files lie does not.</summary>
    internal string Canonical => string.Concat(inputs.Select(input => $"{input.Role}\t{input.Name}\t{input.File.Hash}\n"));

    internal void AddModel(string folder)
    {
        foreach (var file in BuildStamp.ModelFiles(folder))
            Add("model", Path.GetFileName(file), file);
    }

    /// <summary>Adds a table and the pictures that it names.</summary>
    /// <exception cref="EosException">EOS1011: it names a picture that is not there, or none.</exception>
    internal void AddTable(string role, string path, string imageFolder)
    {
        Add(role, "", path);
        foreach (var picture in Pictures(path))
        {
            var full = InsideFolder.Resolve(imageFolder, picture);
            if (full is null || !File.Exists(full))
                throw new EosException(EosErrors.DatasetRow, $"'{path}' names the picture '{picture}', which is not in '{imageFolder}'. Correct or remove the row.");
            Add("picture", picture, full);
        }
    }

    internal void Add(string role, string name, string path) =>
        inputs.Add((role, name, (known.TryGetValue(path, out var file) ? file.IfUnchanged() : null) ?? StampedFile.Of(path)));

    private static IEnumerable<string> Pictures(string table)
    {
        var rows = File.ReadLines(table).Where(line => line.Length > 0).Select(line => line.Split('\t')).ToList();
        var column = rows.Count == 0 ? -1 : Array.FindIndex(rows[0], name => name.Trim() == "ImagePath");
        if (column < 0)
            throw new EosException(EosErrors.DatasetRow, $"'{table}' has no column ImagePath. Expected a header with ImagePath, Question and Answer between tabs.");
        return rows.Skip(1).Where(row => row.Length > column).Select(row => row[column].Trim())
            .Where(cell => !cell.StartsWith("data:", StringComparison.OrdinalIgnoreCase)).Distinct(); // a picture in the table itself
    }
}
