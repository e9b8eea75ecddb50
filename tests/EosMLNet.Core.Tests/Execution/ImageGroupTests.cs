using EosMLNet.Execution;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Execution;

public class ImageGroupTests
{
    private static readonly VisualLayout Small = new VisualGrid(2, 3), Other = new VisualGrid(3, 3);

    [Fact]
    public void Alike_images_are_one_group() =>
        Assert.Equal(["0 2 | part", "1 | part"], Groups([Small, Other, Small], width: 8));

    [Fact]
    public void One_group_is_the_whole_batch() => Assert.Equal(["0 1 2 | whole"], Groups([Small, Small, Small], width: 8));

    // 6 tokens of 2^18 numbers are 6 MiB in float32: two images are 12.
    [Fact]
    public void Large_images_stand_in_groups_of_few() =>
        Assert.Equal(["0 1 | part", "2 3 | part", "4 | part"], Groups([Small, Small, Small, Small, Small], width: 1 << 18));

    [Fact]
    public void An_image_larger_than_any_group_stands_alone() => Assert.Equal(["0 | part", "1 | part"], Groups([Small, Small], width: 1 << 24));

    private static IEnumerable<string> Groups(IReadOnlyList<VisualLayout> layouts, long width) =>
        ImageGroup.Of(layouts, width, CPU).Select(group => $"{string.Join(' ', group.Images)} | {(group.IsWhole ? "whole" : "part")}");
}
