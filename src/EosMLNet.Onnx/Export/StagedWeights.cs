using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx;

/// <summary>
/// A folder for converted weights that are not taken yet, inside the output folder, so that they are moved and not copied. What is not
/// taken goes.
/// </summary>
internal sealed class StagedWeights : IDisposable
{
    private readonly string output;
    private readonly bool isNew;

    /// <param name="output">The output folder, which need not be there.</param>
    internal StagedWeights(string output)
    {
        (this.output, isNew) = (output, !Directory.Exists(output));
        Folder = Path.Combine(output, $"~eos-{Guid.NewGuid():N}");
    }

    /// <summary>The folder.</summary>
    internal string Folder { get; }

    /// <summary>Puts the weights into the output folder. Nobody has them open any more.</summary>
    /// <exception cref="EosException">EOS2003: they cannot be written there.</exception>
    internal void Take()
    {
        var target = Path.Combine(output, WeightFiles.ConvertedFile);
        try
        {
            File.Move(Path.Combine(Folder, WeightFiles.ConvertedFile), target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite, $"'{target}' cannot be written: {e.Message} Check that no program uses it.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        if (isNew && Directory.Exists(output) && !Directory.EnumerateFileSystemEntries(output).Any())
            Directory.Delete(output);
    }
}
