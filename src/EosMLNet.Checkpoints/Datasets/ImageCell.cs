using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The forms in which tables hold an image in a cell besides the plain one: a list, as for several images, and a <c>data:</c> URI.
/// </summary>
public static class ImageCell
{
    private const string DataScheme = "data:", VideoScheme = "video:";

    /// <summary>Whether a cell is a list. Neither Base64 nor a number begins like this.</summary>
    /// <param name="cell">The cell's text.</param>
    public static bool IsList(ReadOnlySpan<byte> cell) => cell.TrimStart((byte)' ') is [(byte)'[', ..];

    /// <summary>
    /// Where the elements of a list lie in it; an empty range where one is empty. Elements stand in single, double or doubled double
    /// quotation marks, as Python, JSON and tables write them, or bare between commas.
    /// </summary>
    /// <param name="list">The cell's text.</param>
    public static IReadOnlyList<Range> Elements(ReadOnlySpan<byte> list)
    {
        var elements = new List<Range>();
        var at = list.IndexOf((byte)'[') + 1;
        for (var open = true; ; open = false)
        {
            at = BehindSpace(list, at);
            if (Ends(list, at))
                break;
            if (!open && list[at] == ',')
                at = BehindSpace(list, at + 1);
            var mark = Mark(list, at);
            var length = mark.Length > 0 ? list[(at + mark.Length)..].IndexOf(mark) : list[at..].IndexOfAny((byte)',', (byte)']');
            var (first, end) = (at + mark.Length, length < 0 ? list.Length : at + mark.Length + length);
            at = Math.Min(list.Length, end + mark.Length);
            while (mark.Length == 0 && end > first && IsSpace(list[end - 1]))
                end--;
            elements.Add(first..end);
        }
        return elements;

        static bool Ends(ReadOnlySpan<byte> list, int at) => at >= list.Length || list[at] == ']';

        static int BehindSpace(ReadOnlySpan<byte> list, int at)
        {
            while (at < list.Length && IsSpace(list[at]))
                at++;
            return at;
        }

        static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

        // What encloses the element. Doubled marks with nothing between them enclose an empty one in either writing.
        static ReadOnlySpan<byte> Mark(ReadOnlySpan<byte> list, int at)
        {
            if (at >= list.Length || list[at] is not ((byte)'\'' or (byte)'"'))
                return [];
            var next = BehindSpace(list, at + 2);
            var doubled = list[at..].StartsWith("\"\""u8) && !Ends(list, next) && list[next] != ',';
            return list.Slice(at, doubled ? 2 : 1);
        }
    }

    /// <summary>
    /// The images that a cell names: the elements of a list, empty ones too, or the cell itself, as where a file is called like a list.
    /// </summary>
    /// <param name="cell">The cell's text.</param>
    /// <param name="folder">The folder that paths start from.</param>
    public static IReadOnlyList<string> Images(string cell, string folder)
    {
        var bytes = Encoding.UTF8.GetBytes(cell);
        return IsList(bytes) && cell.EndsWith(']') && !File.Exists(InsideFolder.Resolve(folder, cell))
            ? [.. Elements(bytes).Select(element => Encoding.UTF8.GetString(bytes[element]))]
            : [cell];
    }

    /// <summary>
    /// The length of what stands before the Base64 text of a <c>data:</c> URI; 0 for a cell that is none, -1 for a URI whose data is not
    /// Base64.
    /// </summary>
    /// <param name="cell">The cell's text.</param>
    public static int DataHeader(ReadOnlySpan<char> cell)
    {
        if (!cell.StartsWith(DataScheme, StringComparison.OrdinalIgnoreCase))
            return 0;
        var comma = cell.IndexOf(',');
        return comma > 0 && cell[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase) ? comma + 1 : -1;
    }

    /// <summary>The path of a video, where a cell is one: what stands behind <c>video:</c>; else null.</summary>
    /// <param name="cell">The cell's text.</param>
    public static string? VideoPath(string cell) =>
        cell.StartsWith(VideoScheme, StringComparison.OrdinalIgnoreCase) ? cell[VideoScheme.Length..].Trim() : null;

    /// <summary>Whether a cell is an address of the web, which is not fetched.</summary>
    /// <param name="cell">The cell's text.</param>
    public static bool IsAddress(ReadOnlySpan<char> cell) =>
        cell.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || cell.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
