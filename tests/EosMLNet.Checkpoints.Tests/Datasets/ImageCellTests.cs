using System.Text;

namespace EosMLNet.Tests.Datasets;

public sealed class ImageCellTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("[")]
    [InlineData("[a]", "a")]
    [InlineData("['a ', \"b\"]", "a ", "b")]
    [InlineData("[ a b , c ]", "a b", "c")]
    [InlineData("[,a]", "", "a")]
    [InlineData("[ ,a]", "", "a")]
    [InlineData("[a,]", "a", "")]
    [InlineData("[a,", "a", "")]
    [InlineData("[a, ", "a", "")]
    [InlineData("[a", "a")]
    [InlineData("['a", "a")]
    [InlineData("['', \"\"]", "", "")]
    [InlineData("[\"\"a\"\", \"\"\"\"]", "a", "")]
    [InlineData(" [a]", "a")]
    public void A_list_has_elements(string list, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(list);
        Assert.Equal(expected, ImageCell.Elements(bytes).Select(element => Encoding.UTF8.GetString(bytes[element])));
    }

    [Theory]
    [InlineData("['a', 'b']", "a", "b")]
    [InlineData("a]", "a]")]
    [InlineData("[a", "[a")]
    [InlineData("a.png", "a.png")]
    public void A_cell_names_the_images_of_a_list_or_is_one(string cell, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(expected, ImageCell.Images(cell, folder.Path));
    }

    [Theory]
    [InlineData("data:image/png;base64,AA", 22)]
    [InlineData("DATA:;BASE64,", 13)]
    [InlineData("data:image/png,AA", -1)]
    [InlineData("data:,", -1)]
    [InlineData("data:image/png;base64", -1)]
    [InlineData("data.png", 0)]
    public void The_data_of_an_address_begin_behind_its_header(string cell, int expected) =>
        Assert.Equal(expected, ImageCell.DataHeader(cell));

    [Theory]
    [InlineData("video: a.mp4 ", "a.mp4")]
    [InlineData("Video:", "")]
    [InlineData("a.mp4", null)]
    public void A_video_stands_behind_its_name(string cell, string? expected) => Assert.Equal(expected, ImageCell.VideoPath(cell));
}
