namespace EosMLNet.Tests.Datasets;

public sealed class ImageGroupsTests
{
    // 1; 1 2; 1 2; 1 3; 2; 2; 2 1: an image goes before a list that begins with it, and equal ones stay in their order.
    [Fact]
    public void Rows_about_the_same_images_follow_each_other_in_the_order_of_their_images()
    {
        Assert.Equal([2, 3, 6, 1, 0, 4, 5], ImageGroups.InOrder([[2], [1, 3], [1], [1, 2], [2], [2, 1], [1, 2]]));
        Assert.Equal([1, 0], ImageGroups.InOrder([[10], [9]]));
        Assert.Empty(ImageGroups.InOrder([]));
    }

    // Rows 0, 2 and 4 are joined by images 1, 2 and 3, though 0 and 4 have none in common.
    [Fact]
    public void Rows_that_share_an_image_with_a_row_of_a_group_belong_to_it()
    {
        Assert.Equal([0, 1, 0, 2, 0, 1], ImageGroups.OfRows([[1], [7, 8], [1, 2, 3], [9], [3], [8]]));
        Assert.Equal([0, 0, 0], ImageGroups.OfRows([[1], [2], [2, 1]]));
        Assert.Empty(ImageGroups.OfRows([]));
    }
}
