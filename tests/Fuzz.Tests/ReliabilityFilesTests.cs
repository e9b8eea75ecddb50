using Fuzz.Report;

namespace Fuzz.Tests;

public class ReliabilityFilesTests
{
    [Theory]
    [InlineData("# R\n\n## Faults\n\na\n", "# R\n\n## Faults\n\na\n\n## Hostile files\n\nnew\n")]
    [InlineData("# R\n\n## Hostile files\n\nold\n", "# R\n\n## Hostile files\n\nnew\n")]
    [InlineData("# R\n\n## Hostile files\n\nold\n\n### b\n\n## Load\n\nc\n", "# R\n\n## Hostile files\n\nnew\n\n## Load\n\nc\n")]
    public void A_section_takes_the_place_of_its_older_self_and_of_nothing_else(string page, string expected) =>
        Assert.Equal(expected, ReliabilityFiles.Replaced(page, "## Hostile files", "## Hostile files\n\nnew\n"));
}
