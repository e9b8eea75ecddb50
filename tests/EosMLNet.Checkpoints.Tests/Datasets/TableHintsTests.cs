namespace EosMLNet.Tests.Datasets;

public sealed class TableHintsTests
{
    [Theory]
    [InlineData("Picture|Text", "ImagePath|Question", "")]
    [InlineData("imagepath|Question", "ImagePath", " Column names are compared exactly: 'imagepath' must be written ImagePath.")]
    [InlineData("imagepath|\"Answer\"", "ImagePath|Question|Answer",
        " Column names are compared exactly: 'imagepath' must be written ImagePath, '\"Answer\"' must be written Answer.")]
    [InlineData("a,Question", "Question", " The header is separated by commas: save the table with tabs between the columns (TSV).")]
    [InlineData("a;\"question\"", "Question",
        " The header is separated by semicolons: save the table with tabs between the columns (TSV).")]
    [InlineData("a,b", "Question", "")]
    public void What_is_plain_to_see_is_said(string names, string missing, string expected) =>
        Assert.Equal(expected, TableHints.ForHeader(names.Split('|'), missing.Split('|')));
}
