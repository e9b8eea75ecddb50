namespace EosMLNet.Onnx;

/// <summary>
/// An export that is not finished, in a folder inside the output folder, so that its files are moved and not copied. An earlier export
/// stays as it was until all is written. What is not taken goes.
/// </summary>
internal sealed class StagedExport : IDisposable
{
    private readonly string output;
    private readonly bool isNew;
    private readonly ScratchFolder scratch;

    /// <param name="output">The output folder, which need not be there.</param>
    /// <exception cref="EosException">EOS2003: it cannot be written to.</exception>
    internal StagedExport(string output)
    {
        (this.output, isNew) = (output, !Directory.Exists(output));
        scratch = new ScratchFolder(output, "~eos-");
    }

    /// <summary>The folder.</summary>
    internal string Folder => scratch.Path;

    /// <summary>Puts the files into the output folder. Nobody has them open any more.</summary>
    /// <exception cref="EosException">EOS2003: they cannot be written there.</exception>
    internal void Take()
    {
        try
        {
            // Without it a folder is no export: files of an earlier one are not taken for those of this one.
            File.Delete(Path.Combine(output, OnnxManifest.FileName));
            foreach (var file in scratch.Files.OrderBy(file => Path.GetFileName(file) == OnnxManifest.FileName).ToList())
                File.Move(file, Path.Combine(output, Path.GetFileName(file)), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite, $"'{output}' cannot be written: {e.Message} Check that no program uses it.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        scratch.Dispose();
        if (isNew && Directory.Exists(output) && !Directory.EnumerateFileSystemEntries(output).Any())
            Directory.Delete(output);
    }
}
