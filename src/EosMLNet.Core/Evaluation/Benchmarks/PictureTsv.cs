using System.Security.Cryptography;
using System.Text;
using EosMLNet.Data;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// Reads a tab-separated table with a header, one of whose columns, <c>image</c>, holds whole pictures as Base64 text: VLMEvalKit's layout. Cells may stand in quotation marks, with tabs, line ends and
/// doubled quotation marks in them. Pictures are not held in memory, only their places in the file, which may have gigabytes.
/// </summary>
internal sealed class PictureTsv
{
    private const string ImageColumn = "image";
    private const int LongestText = 1 << 20; // bytes of a cell of text
    private const long LongestPicture = RgbImage.LargestFile / 3 * 4;
    private readonly string file;
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly MemoryStream text = new();
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int position, filled;
    private long bufferStart;
    private int line = 1;

    private PictureTsv(string file, Stream stream)
    {
        (this.file, this.stream) = (file, stream);
        Peek();
        if (buffer.AsSpan(0, filled).StartsWith(Encoding.UTF8.Preamble))
            position = Encoding.UTF8.Preamble.Length;
    }

    private enum CellEnd { Tab, Row, File }

    /// <summary>The rows behind the header; empty lines are skipped.</summary>
    /// <exception cref="EosException">EOS1001: the file cannot be read. EOS1011: it is not such a table. EOS1012: it is empty.</exception>
    internal static IEnumerable<TsvRow> Read(string file, params string[] required)
    {
        using var stream = Open(file);
        var reader = new PictureTsv(file, stream);
        string[]? header = null;
        while (reader.Row(header) is { } row)
        {
            if (header is not null)
            {
                yield return row;
                continue;
            }
            header = [.. row.Names.Select(name => name.Trim())];
            if (header.Distinct().Count() < header.Length)
                throw reader.Bad(1, "the header names a column twice");
            if (required.Append(ImageColumn).Where(name => !header.Contains(name)).ToArray() is { Length: > 0 } missing)
                throw reader.Bad(1, $"the header lacks {string.Join(", ", missing)}; it has {string.Join(", ", header.Take(30))}");
        }
        if (header is null)
            throw new EosException(EosErrors.EmptyDataset, $"'{file}' is empty; expected a header and rows.");
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{file}' cannot be read: {e.Message} build/docs/benchmarks-data.md says which files the benchmark needs.", e);
        }
    }

    // A row, or the header where none is given yet; null behind the last one.
    private TsvRow? Row(string[]? header)
    {
        while (true)
        {
            var first = line;
            var row = new TsvRow(file, first);
            var cells = 0;
            CellEnd end;
            do
            {
                var isPicture = header is not null && cells < header.Length && header[cells] == ImageColumn;
                end = Cell(isPicture, out var value, out var start, out var length, out var digest);
                if (cells == 0 && end != CellEnd.Tab && length == 0)
                    break; // an empty line
                if (header is not null && cells == header.Length)
                    throw Bad(first, $"more than the {header.Length} cells of the header");
                row.Add(header?[cells] ?? value, value, isPicture ? (start, length, digest) : null);
                cells++;
            }
            while (end == CellEnd.Tab);
            if (cells > 0 && header is not null && cells != header.Length)
                throw Bad(first, $"{cells} cells, expected {header.Length} as in the header");
            if (cells > 0)
                return row;
            if (end == CellEnd.File)
                return null;
        }
    }

    private CellEnd Cell(bool isPicture, out string value, out long start, out long length, out string digest)
    {
        text.SetLength(0);
        length = 0;
        var first = line;
        var quoted = Peek() == '"';
        if (quoted)
            position++;
        start = bufferStart + position;
        CellEnd end;
        while (true)
        {
            if (Peek() < 0)
            {
                if (quoted)
                    throw Bad(first, "a cell begins with a quotation mark that is never closed");
                end = CellEnd.File;
                break;
            }
            var rest = buffer.AsSpan(position, filled - position);
            var stop = quoted ? rest.IndexOf((byte)'"') : rest.IndexOfAny((byte)'\t', (byte)'\n', (byte)'\r');
            length += Append(stop < 0 ? rest : rest[..stop], isPicture, first, length);
            position += stop < 0 ? rest.Length : stop;
            if (stop < 0)
                continue;
            var found = buffer[position++];
            if (quoted)
            {
                quoted = Peek() == '"'; // doubled: one that belongs to the text
                if (quoted)
                    length += Append("\""u8, isPicture, first, length);
                position += quoted ? 1 : 0;
                continue;
            }
            if (found == '\r' && Peek() == '\n')
                position++;
            end = found == '\t' ? CellEnd.Tab : CellEnd.Row;
            line += end == CellEnd.Row ? 1 : 0;
            break;
        }
        digest = isPicture ? Convert.ToHexStringLower(hash.GetHashAndReset()) : "";
        value = Decoded(first);
        return end;
    }

    private int Append(ReadOnlySpan<byte> bytes, bool isPicture, int first, long before)
    {
        line += isPicture ? 0 : bytes.Count((byte)'\n');
        if (before + bytes.Length > (isPicture ? LongestPicture : LongestText))
            throw Bad(first, $"a cell of more than {(isPicture ? LongestPicture : LongestText)} bytes");
        if (isPicture)
            hash.AppendData(bytes);
        if (!isPicture || before + bytes.Length <= TsvRow.LongestReference)
            text.Write(bytes);
        return bytes.Length;
    }

    private int Peek()
    {
        if (position == filled)
        {
            bufferStart += filled;
            (position, filled) = (0, stream.Read(buffer));
        }
        return filled == 0 ? -1 : buffer[position];
    }

    private string Decoded(int first)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.GetBuffer(), 0, (int)text.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new EosException(EosErrors.DatasetRow, $"'{file}' line {first} is not UTF-8 text; get the file anew.", e);
        }
    }

    private EosException Bad(int at, string what) => TsvRow.Bad(file, at, what);
}
