using System.Security.Cryptography;
using System.Text;

namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// Reads a tab-separated table with a header, one of whose columns, <c>image</c>, holds whole images as Base64 text: VLMEvalKit's layout.
/// Cells may stand in quotation marks, with tabs, line ends and doubled quotation marks in them. Images may stand in a list or in
/// <c>data:</c> URIs. They are not held in memory, only their places in the file, which may have gigabytes.
/// </summary>
internal sealed class ImageTsv
{
    private const string ImageColumn = "image";
    private const int LongestText = 1 << 20; // bytes of a cell of text
    private const int Beginning = 2 * TsvRow.LongestReference; // bytes of an image that are looked at: a reference, or a data: URI's header
    private const long LongestImage = RgbImage.LargestFile / 3 * 4;
    private readonly string file;
    private readonly FileStream stream;
    private readonly byte[] buffer = new byte[1 << 16];
    private readonly MemoryStream text = new();
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int position, filled;
    private long bufferStart;
    private int line = 1;

    private ImageTsv(string file, FileStream stream)
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
        var reader = new ImageTsv(file, stream);
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
            {
                throw EosException.At(EosErrors.DatasetRow, file, 1,
                    $"the header lacks {string.Join(", ", missing)}; it has {string.Join(", ", header.Take(30))}." +
                    (TableHints.ForHeader(header, missing) is { Length: > 0 } hint ? hint : TsvRow.GetAnew));
            }
        }
        if (header is null)
            throw new EosException(EosErrors.EmptyDataset, $"'{file}' is empty; expected a header and rows.") { File = file };
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"'{file}' cannot be read: {e.Message} build/docs/benchmarks-data.md says which files the benchmark needs.",
                e)
            { File = file };
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
                var isImage = header is not null && cells < header.Length && header[cells] == ImageColumn;
                end = Cell(isImage, out var value, out var start, out var length, out var digest);
                if (cells == 0 && end != CellEnd.Tab && length == 0)
                    break; // an empty line
                if (header is not null && cells == header.Length)
                    throw Bad(first, $"more than the {header.Length} cells of the header");
                IReadOnlyList<TsvImage> images = isImage ? Images(first, new TsvImage(value, start, length, digest)) : [];
                row.Add(header?[cells] ?? value, images is [var only] ? only.Value : value, images);
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

    private CellEnd Cell(bool isImage, out string value, out long start, out long length, out string digest)
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
            length += Append(stop < 0 ? rest : rest[..stop], isImage, first, length);
            position += stop < 0 ? rest.Length : stop;
            if (stop < 0)
                continue;
            var found = buffer[position++];
            if (quoted)
            {
                quoted = Peek() == '"'; // doubled: one that belongs to the text
                if (quoted)
                    length += Append("\""u8, isImage, first, length);
                position += quoted ? 1 : 0;
                continue;
            }
            if (found == '\r' && Peek() == '\n')
                position++;
            end = found == '\t' ? CellEnd.Tab : CellEnd.Row;
            line += end == CellEnd.Row ? 1 : 0;
            break;
        }
        digest = isImage ? Convert.ToHexStringLower(hash.GetHashAndReset()) : "";
        value = isImage && length > Beginning ? Encoding.Latin1.GetString(text.GetBuffer(), 0, (int)text.Length) : Decoded(first);
        return end;
    }

    private int Append(ReadOnlySpan<byte> bytes, bool isImage, int first, long before)
    {
        line += bytes.Count((byte)'\n');
        if (before + bytes.Length > (isImage ? LongestImage : LongestText))
            throw Bad(first, $"a cell of more than {(isImage ? LongestImage : LongestText)} bytes");
        if (isImage)
            hash.AppendData(bytes);
        text.Write(isImage ? bytes[..(int)Math.Clamp(Beginning - before, 0, bytes.Length)] : bytes);
        return bytes.Length;
    }

    // The images of a cell, each behind the header of its data: URI.
    private IReadOnlyList<TsvImage> Images(int first, TsvImage cell)
    {
        if (!ImageCell.IsList(Encoding.UTF8.GetBytes(cell.Value)))
            return [Unwrapped(first, cell)];
        // The cell again as it stands in the file, to where the reader is now: what was read before was without doubled quotation marks.
        var list = new byte[bufferStart + position - cell.Offset];
        for (int done = 0, read; done < list.Length; done += read)
            if ((read = RandomAccess.Read(stream.SafeFileHandle, list.AsSpan(done), cell.Offset + done)) == 0)
                throw Bad(first, "a cell that became shorter while it was read");
        var elements = ImageCell.Elements(list.AsSpan(0, list.AsSpan().LastIndexOf((byte)']') + 1));
        return elements.Count == 0 ? throw Bad(first, "'image' is an empty list, expected an image") : [.. elements.Select(element =>
        {
            var (offset, length) = element.GetOffsetAndLength(list.Length);
            return Unwrapped(first, new TsvImage(Encoding.Latin1.GetString(list, offset, Math.Min(length, Beginning)), cell.Offset + offset,
                length, Convert.ToHexStringLower(SHA256.HashData(list.AsSpan(offset, length)))));
        })];
    }

    private TsvImage Unwrapped(int first, TsvImage image)
    {
        if (ImageCell.IsAddress(image.Value))
            throw Bad(first, $"'image' is the address '{image.Value}', which is not fetched, expected the image in Base64");
        var header = ImageCell.DataHeader(image.Value);
        return header >= 0 ? image with { Offset = image.Offset + header, Length = image.Length - header } : throw Bad(first,
            $"'image' begins with '{image.Value[..Math.Min(image.Value.Length, 40)]}': a data: URI that is not in Base64");
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
            throw EosException.At(EosErrors.DatasetRow, file, first, "this is not UTF-8 text; get the file anew.", e);
        }
    }

    private EosException Bad(int at, string what) => TsvRow.Bad(file, at, what);
}
