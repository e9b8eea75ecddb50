namespace EosMLNet.Checkpoints;

/// <summary>
/// The forms in which tables hold an image in a cell besides the plain one: a list, as for several images, and a <c>data:</c> URI.
/// </summary>
public static class ImageCell
{
    private const string DataScheme = "data:";

    /// <summary>Whether a cell is a list. Neither Base64 nor a number begins like this.</summary>
    /// <param name="cell">The cell's text.</param>
    public static bool IsList(ReadOnlySpan<byte> cell) => cell.TrimStart((byte)' ') is [(byte)'[', ..];

    /// <summary>
    /// Where the elements of a list lie in it. Elements stand in single, double or doubled double quotation marks, as Python, JSON and
    /// tables write them, or bare between commas.
    /// </summary>
    /// <param name="list">The cell's text.</param>
    public static IReadOnlyList<Range> Elements(ReadOnlySpan<byte> list)
    {
        var elements = new List<Range>();
        var quoted = list.IndexOfAny((byte)'\'', (byte)'"') >= 0;
        for (int begin = 0, i = 0; i <= list.Length; i++)
        {
            var ends = i == list.Length || list[i] is (byte)'\'' or (byte)'"' or (byte)'[' or (byte)']' || (!quoted && list[i] == ',');
            if (!ends)
                continue;
            var (first, end) = (begin, i);
            begin = i + 1;
            while (first < end && IsFiller(list[first]))
                first++;
            while (end > first && IsFiller(list[end - 1]))
                end--;
            if (first < end)
                elements.Add(first..end);
        }
        return elements;

        static bool IsFiller(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',';
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

    /// <summary>Whether a cell is an address of the web, which is not fetched.</summary>
    /// <param name="cell">The cell's text.</param>
    public static bool IsAddress(ReadOnlySpan<char> cell) =>
        cell.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || cell.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
