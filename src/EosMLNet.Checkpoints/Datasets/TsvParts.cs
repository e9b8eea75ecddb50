using System.Security.Cryptography;

namespace EosMLNet.Checkpoints;

/// <summary>Divides a table into parts of so many rows; each is read by itself.</summary>
public static class TsvParts
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Finds the parts. What the rows hold is not looked at.</summary>
    /// <param name="tsvPath">The table, as <see cref="VqaDataset.LoadTsv"/> reads it.</param>
    /// <param name="rows">Rows of a part, at least 1; the last one may have fewer.</param>
    /// <param name="cancellation">Looked at before each row.</param>
    /// <returns>The parts one after another; none where the table has no rows.</returns>
    /// <exception cref="EosException">EOS1001: the file cannot be read. EOS1011: a part has more than a gigabyte. EOS1013: the number of
    /// rows is below 1.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<TsvPart> Of(string tsvPath, int rows, CancellationToken cancellation = default)
    {
        if (rows < 1)
            throw new EosException(EosErrors.InvalidOption, $"The rows of a part are {rows}; expected 1 or more.");
        return Divide(tsvPath, rows, cancellation);
    }

    /// <summary>Reads the bytes of a part.</summary>
    /// <exception cref="EosException">EOS1001: the file cannot be read. EOS1011: the table was changed since it was divided.</exception>
    internal static byte[] Read(string tsvPath, TsvPart part)
    {
        using var file = Open(tsvPath);
        var bytes = Read(file, part.Offset, part.Length);
        if (bytes.Length < part.Length || Hash(bytes) != part.Hash)
            throw EosException.At(EosErrors.DatasetRow, tsvPath, null,
                $"the rows from line {part.Line} on were changed since the table was divided into parts; leave a table alone while it is " +
                "read, and begin anew.");
        return bytes;
    }

    private static IEnumerable<TsvPart> Divide(string tsvPath, int rows, CancellationToken cancellation)
    {
        using FileStream scanned = Open(tsvPath), read = Open(tsvPath);
        var (first, count, row) = ((Offset: 0L, Line: 0L), 0, 1L);
        foreach (var next in Lines(scanned).Skip(1)) // the header
        {
            cancellation.ThrowIfCancellationRequested();
            if (count == rows)
            {
                yield return Part(next.Offset);
                (row, count) = (row + count, 0);
            }
            if (count++ == 0)
                first = next;
        }
        if (count > 0)
            yield return Part(scanned.Position);

        TsvPart Part(long end)
        {
            const long MostBytes = 1 << 30;
            if (end - first.Offset > MostBytes)
                throw EosException.At(EosErrors.DatasetRow, tsvPath, (int)Math.Min(first.Line, int.MaxValue),
                    $"{count} rows have {end - first.Offset} bytes, and a part has at most {MostBytes}; divide the table into parts of " +
                    "fewer rows.");
            var length = (int)(end - first.Offset);
            return new(first.Offset, length, first.Line, row, count, Hash(Read(read, first.Offset, length)));
        }
    }

    // Where each line begins that is not empty. Lines end as everywhere in .NET: with LF, CRLF or CR.
    private static IEnumerable<(long Offset, long Line)> Lines(FileStream file)
    {
        var buffer = new byte[BufferBytes];
        var (position, line, isInLine, afterReturn) = (0L, 1L, false, false);
        for (int read; (read = file.Read(buffer)) > 0; position += read)
        {
            for (var i = 0; i < read; i++)
            {
                var (isReturn, isFeed) = (buffer[i] == '\r', buffer[i] == '\n');
                if (isReturn || isFeed && !afterReturn)
                    (line, isInLine) = (line + 1, false);
                else if (!isFeed && !isInLine)
                {
                    isInLine = true;
                    yield return (position + i, line);
                }
                afterReturn = isReturn;
            }
        }
    }

    private static byte[] Read(FileStream file, long offset, int length)
    {
        var bytes = new byte[length];
        file.Position = offset;
        var read = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read == length ? bytes : bytes[..read];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static FileStream Open(string tsvPath)
    {
        try
        {
            return File.OpenRead(tsvPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{tsvPath}' cannot be read: {e.Message}", e) { File = tsvPath };
        }
    }
}
