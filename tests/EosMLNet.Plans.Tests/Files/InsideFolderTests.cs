using EosMLNet.Files;

namespace EosMLNet.Tests.Files;

public class InsideFolderTests
{
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "models");

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("b/a.txt", "b/a.txt")]
    [InlineData("b/../a.txt", "a.txt")]
    [InlineData("./a.txt", "a.txt")]
    [InlineData("..a", "..a")]
    public void A_path_below_the_folder_is_that(string path, string expected)
    {
        expected = Path.Combine(Folder, expected.Replace('/', Path.DirectorySeparatorChar));
        Assert.Equal(expected, InsideFolder.Resolve(Folder, path));
        Assert.Equal(expected, InsideFolder.Resolve(Folder + Path.DirectorySeparatorChar, path)); // however the folder is written
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../a.txt")]
    [InlineData("b/../../a.txt")]
    [InlineData("../models-of-others/a.txt")] // which begins with the folder's name
    [InlineData("/etc/passwd")]
    [InlineData("a\0.txt")]
    [InlineData(".")]
    public void A_path_out_of_it_or_none_is_null(string path) => Assert.Null(InsideFolder.Resolve(Folder, path));
}
