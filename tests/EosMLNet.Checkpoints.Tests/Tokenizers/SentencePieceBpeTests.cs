using System.Text;

namespace EosMLNet.Tests.Tokenizers;

/// <summary>Models written by hand: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto</summary>
public sealed class SentencePieceBpeTests
{
    private const byte Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    // Without pieces for bytes. Ids: "a" 0, the unknown piece 1, "b" 2, "ab" 3.
    private static readonly byte[] Plain = [.. Piece("a"), .. Piece("<unk>", kind: Unknown), .. Piece("b"), .. Piece("ab", -1)];

    [Theory]
    [InlineData("abba", new[] { 3, 2, 0 })]
    [InlineData("axyabzb", new[] { 0, 1, 3, 1, 2 })]
    [InlineData("xyz", new[] { 1 })]
    [InlineData("😀a😀😀", new[] { 1, 0, 1 })]
    [InlineData("", new int[0])]
    public void A_run_of_unknown_letters_is_one_unknown_piece(string text, int[] expected) => Assert.Equal(expected, Encode(Plain, text));

    // <0x00> has the id 1, and so on. The letter é is 195 169, the smile 240 159 152 128.
    [Theory]
    [InlineData("aé", new[] { 0, 196, 170 })]
    [InlineData("éé", new[] { 196, 170, 196, 170 })]
    [InlineData("😀a", new[] { 241, 160, 153, 129, 0 })]
    public void An_unknown_letter_is_its_bytes_where_there_are_pieces_for_them(string text, int[] expected) =>
        Assert.Equal(expected, Encode([.. Piece("a"), .. Bytes(256), .. Piece("<unk>", kind: Unknown)], text));

    [Fact]
    public void Of_two_equal_pieces_the_first_counts_and_a_higher_score_is_merged_first()
    {
        byte[] model = [.. Piece("a"), .. Piece("b"), .. Piece("c"), .. Piece("bc", -1), .. Piece("ab", -2), .. Piece("ab")];
        Assert.Equal([0, 3], Encode(model, "abc"));
        Assert.Equal([4], Encode(model, "ab"));
    }

    [Theory]
    [InlineData(Control, true)]
    [InlineData(UserDefined, false)]
    [InlineData(Unused, false)]
    public void A_model_with_other_pieces_is_not_read(byte kind, bool isRead) =>
        Assert.Equal(isRead, SentencePieceBpe.Read([.. Plain, .. Piece("c", kind: kind)]) is not null);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(255, false)]
    [InlineData(256, true)]
    public void A_model_has_a_piece_for_each_byte_or_for_none(int count, bool isRead) =>
        Assert.Equal(isRead, SentencePieceBpe.Read([.. Plain, .. Bytes(count)]) is not null);

    // A field's number, three bits up, and how it is written: 0 a number, 1 eight bytes, 2 a length and so many, 5 four.
    [Theory]
    [InlineData(new byte[] { 9 << 3 | 0, 0x81, 0x80, 1 })]
    [InlineData(new byte[] { 9 << 3 | 1, 10, 1, 97, 10, 1, 97, 10, 1 })]
    [InlineData(new byte[] { 9 << 3 | 2, 3, 10, 1, 97 })]
    [InlineData(new byte[] { 9 << 3 | 5, 10, 1, 97, 10 })]
    [InlineData(new byte[] { 1 << 3 | 0, 5 })]
    public void Fields_that_do_not_matter_are_skipped(byte[] field)
    {
        Assert.Equal([3, 1, 0], Encode([.. field, .. Plain], "abca"));
        Assert.Equal([4, 2, 1], Encode([.. Message([.. field, 10, 1, (byte)'x']), .. Plain], "abca")); // within the piece "x"
    }

    [Fact]
    public void A_length_may_take_two_bytes()
    {
        byte[] model = [2 << 3 | 2, 0xAC, 2, .. new byte[300], .. Plain]; // 300 is 44 and 2 times 128
        Assert.Equal([3, 1, 0], Encode(model, "abca"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    public void What_is_written_in_no_known_way_is_refused(byte wire)
    {
        var error = Assert.Throws<InvalidDataException>(() => SentencePieceBpe.Read([(byte)(9 << 3 | wire), 0]));
        Assert.Equal($"wire type {wire} in the model", error.Message);
    }

    private static IReadOnlyList<int> Encode(byte[] model, string text) => SentencePieceBpe.Read(model)!.Encode(text);

    private static IEnumerable<byte> Bytes(int count) =>
        Enumerable.Range(0, count).SelectMany(value => Piece($"<0x{value:X2}>", kind: Byte));

    private static byte[] Piece(string text, float score = 0, byte kind = Normal)
    {
        var letters = Encoding.UTF8.GetBytes(text);
        return Message([1 << 3 | 2, (byte)letters.Length, .. letters, 2 << 3 | 5, .. BitConverter.GetBytes(score), 3 << 3, kind]);
    }

    private static byte[] Message(byte[] content) => [1 << 3 | 2, (byte)content.Length, .. content];
}
