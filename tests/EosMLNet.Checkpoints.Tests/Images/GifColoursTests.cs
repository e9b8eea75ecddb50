namespace EosMLNet.Tests.Images;

/// <summary>What is done to a GIF's bytes before it is decoded: https://www.w3.org/Graphics/GIF/spec-gif89a.txt</summary>
public sealed class GifColoursTests
{
    private static readonly byte[] WithTable = [.. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 200, 30, 90];
    private static readonly byte[] WithoutTable = [.. "GIF87a"u8, 2, 0, 1, 0, 0, 0, 0];
    private static readonly byte[] Comment = [0x21, 0xFE, 2, (byte)'i', (byte)'d', 0];
    private static readonly byte[] Opaque = [0x21, 0xF9, 4, 4, 0, 0, 0, 0], Transparent = [0x21, 0xF9, 4, 5, 0, 0, 0, 0];

    // An image of two pixels with colours of its own: codes of 3 bits, clear, 0, 1, end.
    private static readonly byte[] Image =
        [0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0x80, 255, 255, 255, 200, 30, 90, 2, 2, 0x44, 0x0A, 0, 0x3B];

    [Fact]
    public void The_flag_of_transparency_is_cleared_behind_a_palette_or_none()
    {
        AssertChanged([.. WithTable, .. Transparent, .. Image], WithTable.Length + 3);
        AssertChanged([.. WithoutTable, .. Transparent, .. Image], WithoutTable.Length + 3);
        Assert.Equal([255, 255, 255, 200, 30, 90], RgbImage.Decode([.. WithoutTable, .. Transparent, .. Image], "a.gif").Pixels.ToArray());
    }

    [Fact]
    public void Other_extensions_in_front_of_it_stay_as_they_are()
    {
        AssertChanged([.. WithTable, .. Comment, .. Transparent, .. Image], WithTable.Length + Comment.Length + 3);
        AssertChanged([.. WithTable, .. Opaque, .. Transparent, .. Image], WithTable.Length + Opaque.Length + 3);
    }

    [Fact]
    public void Any_other_file_stays_as_it_is()
    {
        AssertSame([.. WithTable, .. Comment, .. Image]);
        AssertSame([.. WithTable, .. Opaque, .. Image]);
        AssertSame([.. WithTable, .. Image, .. Transparent]);
        AssertSame([.. "GIF90a"u8, .. WithTable[6..], .. Transparent]);
        AssertSame([.. WithTable, .. Transparent[..4]]); // cut short
        AssertSame(WithoutTable);
        AssertSame([]);
    }

    private static void AssertSame(byte[] file) => Assert.Equal(file, GifColours.Opaque(file).ToArray());

    private static void AssertChanged(byte[] file, int at)
    {
        byte[] expected = [.. file[..at], 4, .. file[(at + 1)..]];
        Assert.Equal(expected, GifColours.Opaque(file).ToArray());
    }
}
