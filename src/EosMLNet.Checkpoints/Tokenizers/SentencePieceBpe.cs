using System.Buffers.Binary;
using System.Text;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Encodes with a SentencePiece model of pairwise merges (<c>tokenizer.model</c> of Llama and its kin). Where two merges are equally good
/// the left one comes first, as in SentencePiece and in Hugging Face's library; Microsoft.ML.Tokenizers takes the right one, which gives
/// other ids for runs of one letter such as <c>000</c>.
/// </summary>
internal sealed class SentencePieceBpe
{
    private const int Normal = 1, Unknown = 2, Control = 3, Byte = 6; // kinds of pieces
    private readonly Dictionary<string, (int Id, float Score)> pieces = [];
    private readonly int[] bytes = new int[256];
    private int unknown, byteCount;
    private bool isPlain = true;

    private SentencePieceBpe()
    {
    }

    /// <summary>Reads a model that has nothing but normal, byte and special pieces; null for others.</summary>
    /// <param name="model">The file's bytes, which are known to be such a model.</param>
    internal static SentencePieceBpe? Read(ReadOnlySpan<byte> model)
    {
        var read = new SentencePieceBpe();
        var id = 0;
        while (model.Length > 0)
        {
            var (field, value, content) = NextField(ref model);
            if (field == 1 && value is null)
                read.AddPiece(content, id++);
        }
        return read.isPlain && read.byteCount is 0 or 256 ? read : null;
    }

    /// <summary>The ids of a text in which spaces are escaped already.</summary>
    internal IReadOnlyList<int> Encode(string text)
    {
        var starts = new List<int>();
        for (var i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
            starts.Add(i);
        starts.Add(text.Length);
        var ids = new List<int>();
        var afterUnknown = false;
        foreach (var (start, end) in PairMerges.Run(starts.Count - 1, Rank))
            afterUnknown = AddIds(ids, text.AsSpan(starts[start]..starts[end]), afterUnknown);
        return ids;

        double? Rank(int left, int right, int end) =>
            pieces.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text.AsSpan(starts[left]..starts[end]), out var piece)
                ? -piece.Score : null;

        bool AddIds(List<int> to, ReadOnlySpan<char> symbol, bool fuse)
        {
            if (pieces.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(symbol, out var piece))
            {
                to.Add(piece.Id);
                return false;
            }
            if (byteCount == 0)
            {
                if (!fuse) // a run of unknown letters is one unknown piece
                    to.Add(unknown);
                return true;
            }
            Span<byte> utf8 = stackalloc byte[4];
            foreach (var b in utf8[..Encoding.UTF8.GetBytes(symbol, utf8)])
                to.Add(bytes[b]);
            return false;
        }
    }

    private void AddPiece(ReadOnlySpan<byte> message, int id)
    {
        var (text, score, kind) = ("", 0f, Normal);
        while (message.Length > 0)
        {
            var (field, value, content) = NextField(ref message);
            if (field == 1)
                text = Encoding.UTF8.GetString(content);
            else if (field == 2)
                score = BinaryPrimitives.ReadSingleLittleEndian(content);
            else if (field == 3)
                kind = (int)value!;
        }
        if (kind == Normal)
            pieces.TryAdd(text, (id, score));
        else if (kind == Byte)
            (bytes[Convert.ToInt32(text[3..5], 16)], byteCount) = (id, byteCount + 1); // <0x0A>
        else if (kind == Unknown)
            unknown = id;
        else if (kind != Control)
            isPlain = false;
    }

    // A field's number, and its value where it is a whole number or its bytes where it is not.
    private static (int Field, ulong? Value, byte[] Content) NextField(ref ReadOnlySpan<byte> message)
    {
        var tag = Varint(ref message);
        var (field, wire) = ((int)(tag >> 3), tag & 7);
        if (wire == 0)
            return (field, Varint(ref message), []);
        var length = wire switch
        {
            1 => 8,
            2 => checked((int)Varint(ref message)),
            5 => 4,
            _ => throw new InvalidDataException($"wire type {wire} in the model"),
        };
        var content = message[..length].ToArray();
        message = message[length..];
        return (field, null, content);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[0];
            message = message[1..];
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
                return value;
        }
    }
}
