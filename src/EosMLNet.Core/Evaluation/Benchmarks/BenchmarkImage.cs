using System.Buffers.Text;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// An image of a benchmark: a file, or Base64 text within one. It is read when it is needed; benchmarks have gigabytes of them.
/// </summary>
public sealed class BenchmarkImage
{
    private readonly string file;
    private readonly long offset;
    private readonly long length;
    private readonly int line;

    private BenchmarkImage(string file, long offset, long length, int line) =>
        (this.file, this.offset, this.length, this.line) = (file, offset, length, line);

    internal static BenchmarkImage OfFile(string path) => new(path, 0, -1, 0);

    internal static BenchmarkImage OfBase64(string file, int line, long offset, long length) => new(file, offset, length, line);

    /// <summary>Where it is: the file's path, and with a colon the line within a file of images.</summary>
    public string Place => length < 0 ? file : $"{file}:{line}";

    /// <summary>Reads and decodes the image.</summary>
    /// <exception cref="EosException">EOS1001: the file is not there any more. EOS1010: it is not an image.</exception>
    public RgbImage Load()
    {
        if (length < 0)
            return RgbImage.Decode(file);
        var name = $"{file} line {line}";
        try
        {
            using var stream = File.OpenRead(file);
            stream.Position = offset;
            var text = new byte[length];
            stream.ReadExactly(text);
            return Base64.DecodeFromUtf8InPlace(text, out var bytes) == System.Buffers.OperationStatus.Done
                ? RgbImage.Decode(text.AsSpan(0, bytes), name)
                : throw new EosException(EosErrors.UnreadableImage, $"the image in '{name}' is not Base64 text; get the file anew.");
        }
        catch (EosException e)
        {
            throw new EosException(e.Code, e.Detail, e) { File = file, Line = line };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"the image in '{name}' cannot be read: {e.Message}", e)
            {
                File = file,
                Line = line,
            };
        }
    }
}
