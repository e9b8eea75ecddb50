namespace EosMLNet.Tests.Plans;

public class VisualLayoutTests
{
    private static readonly VisualRegion Newlines = new(2, 3, HasNewlines: true);

    [Fact]
    public void A_plain_image_is_one_grid_row_by_row()
    {
        VisualLayout layout = new VisualGrid(2, 3);
        Assert.Equal((6, (VisualGrid?)new VisualGrid(2, 3), 0.0), (layout.Count, layout.Grid, layout.SecondsPerStep));
        Assert.Equal([0, 1, 2, 3, 4, 5], layout.Indices);
        Assert.Equal([0, 0, 0, 1, 1, 1, 0.5], layout.Rows); // and the middle, for a [CLS]
        Assert.Equal([0, 1, 2, 0, 1, 2, 1], layout.Columns);
    }

    [Fact]
    public void A_leading_CLS_is_known_by_the_last_index_and_stands_in_the_middle()
    {
        var layout = new VisualLayout(VisualRegion.Single, new VisualRegion(2, 2));
        Assert.Equal((5, (VisualGrid?)new VisualGrid(2, 2)), (layout.Count, layout.Grid));
        Assert.Equal([4, 0, 1, 2, 3], layout.Indices);
        Assert.Equal([0, 0, 1, 1, 0.5], layout.Rows);
        Assert.Equal([0, 1, 0, 1, 0.5], layout.Columns);
    }

    [Fact]
    public void Newlines_end_the_rows_and_leave_no_one_grid()
    {
        var layout = new VisualLayout(Newlines);
        Assert.Equal((8, (VisualGrid?)null), (layout.Count, layout.Grid));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], layout.Indices);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 0], layout.Rows);
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3, 0], layout.Columns);
    }

    [Fact]
    public void Another_grid_over_the_same_image_is_scaled_to_the_first_one()
    {
        var layout = new VisualLayout(new VisualRegion(2, 2), new VisualRegion(4, 4), VisualRegion.Single);
        Assert.Equal((21, (VisualGrid?)null), (layout.Count, layout.Grid));
        Assert.Equal([0, 0, 1, 1], layout.Rows[..4]);
        Assert.Equal([-0.25, 0.25, 0.75, 1.25], layout.Columns[4..8]);
        Assert.Equal([-0.25, -0.25, -0.25, -0.25, 0.25], layout.Rows[4..9]);
        Assert.Equal((0.5, 0.5), (layout.Rows[20], layout.Columns[20])); // a single token stands in the middle
    }

    [Fact]
    public void Layouts_are_equal_where_their_regions_and_their_time_are()
    {
        var one = new VisualLayout(new VisualRegion(2, 3), new VisualRegion(2, 3)) { SecondsPerStep = 0.5 };
        var same = new VisualLayout(new VisualRegion(2, 3), new VisualRegion(2, 3)) { SecondsPerStep = 0.5 };
        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        VisualLayout?[] others = [same with { SecondsPerStep = 1 }, new(new VisualRegion(2, 3)) { SecondsPerStep = 0.5 }, new(new VisualRegion(3, 2), new VisualRegion(2, 3)) { SecondsPerStep = 0.5 }, null];
        Assert.All(others, other => Assert.NotEqual(one, other));
    }

    [Fact]
    public void Regions_count_their_tokens()
    {
        Assert.Equal((6, 8, 1), (new VisualRegion(2, 3).Count, Newlines.Count, VisualRegion.Single.Count));
        Assert.NotEqual(VisualRegion.Single, new VisualRegion(1, 1));
    }
}
