namespace EosMLNet.Tests.Images;

public sealed class ImageCanvasTests
{
    // One pixel of ground on each side of two columns, and above and below one row.
    private readonly ImageCanvas canvas = new(new RgbImage(2, 1, [1, 2, 3, 4, 5, 6]), 4, 3, (7, 8, 9));

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, false)]
    [InlineData(3, 1, true)]
    [InlineData(0, 4, false)]
    public void Columns_are_ground_where_the_image_has_none_of_them(int first, int count, bool expected) =>
        Assert.Equal(expected, canvas.IsGround(first, count));

    [Fact]
    public void Rows_share_a_buffer_and_show_nothing_of_the_row_before()
    {
        byte[] ground = [7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9], image = [7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        byte[]? buffer = null;
        foreach (var (y, expected) in (ReadOnlySpan<(int, byte[])>)[(1, image), (0, ground), (1, image), (2, ground), (-1, ground)])
            Assert.Equal(expected, canvas.Row(y, ref buffer).ToArray());
    }
}
