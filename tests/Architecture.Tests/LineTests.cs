namespace Architecture.Tests;

/// <summary>What holds of each line of <c>src</c>, whatever it says.</summary>
public class LineTests
{
    private const int Columns = 140;

    [Fact]
    public void No_line_is_longer_than_140_columns()
    {
        var root = Repository.At("src");
        string[] files = [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(file => IsWritten(root, file))];
        Assert.True(files.Length > 300, $"only {files.Length} files were found below '{root}'");
        var wrong = files.SelectMany(file => File.ReadLines(file).Select((line, i) => (Line: line, Number: i + 1))
            .Where(x => x.Line.Length > Columns && !(Path.GetExtension(file) == ".md" && x.Line.StartsWith('|')))
            .Select(x => $"{Path.GetRelativePath(root, file)}:{x.Number} has {x.Line.Length} columns, at most {Columns} are allowed"));
        Assert.True(!wrong.Any(), string.Join("\n", wrong.Order(StringComparer.Ordinal)));
    }

    // Code, build files and pages; a table of a page cannot be broken. Not what a build makes.
    private static bool IsWritten(string root, string file) =>
        Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".targets" or ".proj" or ".md"
        && !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj");
}
