namespace EosMLNet.Tool.CommandLine;

/// <summary>A file that a long computation will write.</summary>
internal static class OutputFile
{
    /// <summary>Finds out now, not after the computation, that it cannot be written.</summary>
    /// <exception cref="EosException">EOS2003: it cannot be written.</exception>
    internal static void CheckWritable(string path)
    {
        if (Directory.Exists(path))
            throw new EosException(EosErrors.CannotWrite, $"'{path}' is a folder. Expected the name of a file to write.");
        var probe = $"{path}.{Guid.NewGuid():N}.probe";
        AtomicFile.WriteText(probe, "");
        File.Delete(probe);
    }
}
