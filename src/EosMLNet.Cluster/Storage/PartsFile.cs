using System.Globalization;
using System.Text;

namespace EosMLNet.Cluster.Storage;

/// <summary>The parts of a table as a file of lines of one length, so that one of a hundred thousand is read without the others.</summary>
internal static class PartsFile
{
    private const int LineBytes = 19 + 1 + 10 + 1 + 19 + 1 + 19 + 1 + 10 + 1 + 64 + 1;

    /// <summary>Writes the file.</summary>
    /// <returns>The number of parts, and of rows.</returns>
    internal static (int Parts, long Rows) Write(string path, IEnumerable<TsvPart> parts)
    {
        var (count, rows) = (0, 0L);
        AtomicFile.Write(path, stream =>
        {
            foreach (var part in parts)
            {
                stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"{part.Offset:D19} {part.Length:D10} {part.Line:D19} {part.Row:D19} {part.Rows:D10} {part.Hash}\n")));
                (count, rows) = (count + 1, rows + part.Rows);
            }
        });
        return (count, rows);
    }

    /// <summary>Reads one part.</summary>
    /// <exception cref="EosException">EOS1001: the file was deleted. EOS1011: it is damaged.</exception>
    internal static TsvPart Read(string path, int index)
    {
        var line = new byte[LineBytes];
        try
        {
            using var file = File.OpenRead(path);
            file.Position = (long)index * LineBytes;
            file.ReadExactly(line);
            return Encoding.ASCII.GetString(line).TrimEnd('\n').Split(' ')
                is [var offset, var length, var number, var row, var rows, var hash]
                ? new(Number(offset), (int)Number(length), Number(number), Number(row), (int)Number(rows), hash)
                : throw new FormatException("it has another form");
        }
        catch (Exception e) when (e is FormatException or OverflowException or EndOfStreamException)
        {
            throw new EosException(EosErrors.DatasetRow,
                $"The parts of the table in '{path}' are damaged: {e.Message}. Leave the job's folder alone, and submit the job anew.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"The parts of the table cannot be read: {e.Message} Leave the job's folder alone, and submit the job anew.", e);
        }

        static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
