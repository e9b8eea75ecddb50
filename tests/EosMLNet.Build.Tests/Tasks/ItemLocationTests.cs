extern alias BuildTask;

using BuildTask::EosMLNet.Build.Tasks;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tests.Tasks;

public sealed class ItemLocationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("models/a", 3, 5)]
    [InlineData("models/b/", 4, 5)]
    [InlineData("models/made-by-a-target", 0, 0)]
    public void An_item_is_found_where_it_is_written(string item, int line, int column)
    {
        var project = folder.Write("App.csproj", "<Project>\n  <ItemGroup>\n    <EosModel Include=\"models/a\" />\n    <EosModel Include=\"models/b\" />\n  </ItemGroup>\n</Project>\n");
        var location = ItemLocation.Of(new TaskItem(item), project);
        Assert.Equal((line, column), (location.Line, location.Column));
        Assert.Equal(line == 0 ? project : $"{project}({line},{column})", location.ToString());
    }

    [Theory]
    [InlineData("<Project>")]
    [InlineData(null)]
    public void A_project_that_cannot_be_read_has_no_line(string? text)
    {
        var project = text is null ? folder["nowhere.csproj"] : folder.Write("App.csproj", text);
        Assert.Equal(project, ItemLocation.Of(new TaskItem("models/a"), project).ToString());
    }

    public void Dispose() => folder.Dispose();
}
