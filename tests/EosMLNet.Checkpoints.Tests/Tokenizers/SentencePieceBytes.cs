using System.Buffers.Binary;
using System.Text;

namespace EosMLNet.Tests.Tokenizers;

/// <summary>
/// Makes a <c>tokenizer.model</c> by hand: a protobuf <c>ModelProto</c> of a BPE model with byte fallback, like Llama's
/// (https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto).
/// </summary>
internal static class SentencePieceBytes
{
    private const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;

    /// <summary>Ids 0 to 2 are unknown, begin and end; 3 to 258 the bytes; then the pieces, the earlier merged first.</summary>
    internal const int FirstPiece = 259;

    internal static byte[] Make(params string[] pieces)
    {
        using var model = new MemoryStream();
        void AddPiece(string text, float score, int type) => WriteMessage(model, 1, piece =>
        {
            WriteMessage(piece, 1, content => content.Write(Encoding.UTF8.GetBytes(text)));
            WriteFloat(piece, 2, score);
            WriteNumber(piece, 3, type);
        });
        AddPiece("<unk>", 0, Unknown);
        AddPiece("<s>", 0, Control);
        AddPiece("</s>", 0, Control);
        for (var b = 0; b < 256; b++)
            AddPiece($"<0x{b:X2}>", 0, Byte);
        for (var i = 0; i < pieces.Length; i++)
            AddPiece(pieces[i], -i, Normal);
        WriteMessage(model, 2, trainer =>
        {
            WriteNumber(trainer, 3, 2);  // model_type: BPE
            WriteNumber(trainer, 35, 1); // byte_fallback
            WriteNumber(trainer, 40, 0); // unk_id
            WriteNumber(trainer, 41, 1); // bos_id
            WriteNumber(trainer, 42, 2); // eos_id
        });
        WriteMessage(model, 3, normalizer =>
        {
            WriteMessage(normalizer, 1, name => name.Write("identity"u8));
            WriteNumber(normalizer, 3, 1); // add_dummy_prefix
            WriteNumber(normalizer, 4, 0); // remove_extra_whitespaces
            WriteNumber(normalizer, 5, 1); // escape_whitespaces
        });
        return model.ToArray();
    }

    private static void WriteMessage(Stream target, int field, Action<Stream> write)
    {
        using var content = new MemoryStream();
        write(content);
        WriteVarint(target, field << 3 | 2);
        WriteVarint(target, (int)content.Length);
        target.Write(content.ToArray());
    }

    private static void WriteNumber(Stream target, int field, int value)
    {
        WriteVarint(target, field << 3);
        WriteVarint(target, value);
    }

    private static void WriteFloat(Stream target, int field, float value)
    {
        WriteVarint(target, field << 3 | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        target.Write(bytes);
    }

    private static void WriteVarint(Stream target, int value)
    {
        for (; value >= 128; value >>= 7)
            target.WriteByte((byte)(value | 128));
        target.WriteByte((byte)value);
    }
}
