using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Site.Tests;

/// <summary>Pages in the repository, where many read them.</summary>
public partial class PageTests
{
    private const int Columns = 140;

    public static TheoryData<string> All => [.. Pages.All];

    [Theory]
    [MemberData(nameof(All))]
    public void Links_into_the_repository_lead_somewhere(string page) => Assert.All(
        Link().Matches(Pages.Text(page)).Select(link => link.Groups[1].Value).Where(link => !link.Contains(':', StringComparison.Ordinal)),
        link => Assert.True(Path.Exists(Repository.At([.. page.Split('/')[..^1], .. link.Split('/')])), link));

    [Fact]
    public void Lines_of_prose_fit_a_screen() => Assert.All(
        Pages.All.Where(page => page == "README.md" || page.StartsWith("build/docs/guides/", StringComparison.Ordinal) || page.StartsWith("build/docs/quick-start/", StringComparison.Ordinal)),
        page => Assert.All(Pages.Text(page).Split('\n').Where(line => !line.StartsWith('|')), line => Assert.InRange(line.Length, 0, Columns)));

    [Fact]
    public void The_index_of_fault_codes_has_every_page_with_its_title()
    {
        var expected = Pages.All.Where(page => FaultPage().IsMatch(page)).Select(page =>
        {
            var title = Pages.Text(page).Split('\n')[0].Split(": ", 2); // # EOS1001: A file or folder is missing
            return $"| [{title[0][2..]}]({title[0][2..]}.md) | {title[1]} |";
        });
        Assert.Equal(expected, Pages.Text("build/docs/diagnostics/README.md").Split('\n').Where(line => line.StartsWith("| [", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("build/docs/adr")]
    [InlineData("build/docs/benchmarks/notes")]
    public void The_index_of_a_folder_has_every_page(string folder)
    {
        var index = Pages.Text($"{folder}/README.md");
        Assert.All(Pages.All.Where(page => page.StartsWith(folder + "/0", StringComparison.Ordinal)), page => Assert.Contains($"]({page[(folder.Length + 1)..]})", index, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_contents_has_every_page_for_users()
    {
        var contents = Pages.Text("build/docs/toc.yml");
        Assert.All(Pages.Guides.Where(page => page != "README.md"), page => Assert.Contains($"href: {page["build/docs/".Length..]}", contents, StringComparison.Ordinal));
    }

    [Fact]
    public void The_versions_that_are_named_are_those_that_are_built_with()
    {
        var pinned = XDocument.Load(Repository.At("build", "Packages.props")).Descendants("PackageVersion")
            .Where(package => package.Parent!.Attribute("Condition") is null).ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        var named = VersionRow().Matches(Pages.Text("build/docs/versions.md")).Where(row => row.Groups[1].Value != ".NET SDK").ToList();
        Assert.True(named.Count >= 8, $"only {named.Count} libraries are named");
        Assert.All(named, row => Assert.Equal(pinned[row.Groups[1].Value], row.Groups[2].Value));
    }

    [GeneratedRegex(@"\]\(([^)#]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex("/EOS[0-9]+[.]md$")]
    private static partial Regex FaultPage();

    [GeneratedRegex(@"^\| ([A-Za-z0-9.-]+) \| ([0-9.]+) \|", RegexOptions.Multiline)]
    private static partial Regex VersionRow();
}
