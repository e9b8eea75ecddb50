namespace EosMLNet.Tests.Images;

public class StretchPositionsTests
{
    [Fact]
    public void One_number_a_position_counts_on()
    {
        var counted = StretchPositions.Counted(3);
        Assert.Equal([0, 1, 2], counted.Values);
        Assert.Equal(3, counted.Next);
    }

    [Fact]
    public void On_grids_a_position_is_time_row_and_column_and_the_next_token_stands_behind_the_largest()
    {
        var wide = StretchPositions.OnGrids([(new(2, 3), 0)]);
        Assert.Equal([0, 0, 0, 0, 0, 0, /* rows */ 0, 0, 0, 1, 1, 1, /* columns */ 0, 1, 2, 0, 1, 2], wide.Values);
        Assert.Equal(3, wide.Next);
        var video = StretchPositions.OnGrids([(new(1, 2), 0), (new(1, 2), 5)]);
        Assert.Equal([0, 0, 5, 5, 0, 0, 0, 0, 0, 1, 0, 1], video.Values);
        Assert.Equal(6, video.Next);
    }

    [Fact]
    public void In_a_row_text_and_images_follow_one_another()
    {
        // text, an image of 1 x 2, text, an image of 2 x 1, text
        var row = StretchPositions.OfRow(7, 3, [(1, StretchPositions.OnGrids([(new(1, 2), 0)])), (4, StretchPositions.OnGrids([(new(2, 1), 0)]))]);
        Assert.Equal([0, 1, 1, 3, 4, 4, 6, /* rows */ 0, 1, 1, 3, 4, 5, 6, /* columns */ 0, 1, 2, 3, 4, 4, 6], row.Values);
        Assert.Equal(7, row.Next);
        Assert.Equal([0, 1, 2, 3], StretchPositions.OfRow(4, 1, [(1, StretchPositions.Counted(2))]).Values);
        Assert.Equal([0, 1], StretchPositions.OfRow(2, 1, []).Values);
    }

    [Fact]
    public void Rows_side_by_side_are_padded_in_front()
    {
        var (text, image) = (StretchPositions.OfRow(2, 3, []), StretchPositions.OnGrids([(new(1, 3), 4)]));
        Assert.Equal([0, 0, 0, 1, 0, 4, 4, 4, /* rows */ 0, 0, 0, 1, 0, 0, 0, 0, /* columns */ 0, 0, 0, 1, 0, 0, 1, 2], StretchPositions.Padded([text, image], 3, 4));
    }
}
