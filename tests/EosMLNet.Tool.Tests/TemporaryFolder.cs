namespace EosMLNet.Tool.Tests;

/// <summary>A fresh folder that is deleted with all that is in it when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("eos-test-").FullName;

    /// <summary>The path of a file in the folder.</summary>
    internal string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file and returns its path.</summary>
    internal string Write(string name, string content)
    {
        File.WriteAllText(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
