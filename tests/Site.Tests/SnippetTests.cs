using System.Text.RegularExpressions;

namespace Site.Tests;

/// <summary>What pages show is what is run: tests/FirstHour/run.sh pastes it, or it is taken from a file that is compiled.</summary>
public partial class SnippetTests
{
    private static readonly string Script = File.ReadAllText(Repository.At("tests", "FirstHour", "run.sh"));

    public static TheoryData<string> Guides => [.. Pages.Guides];

    [Theory]
    [MemberData(nameof(Guides))]
    public void Each_block_of_code_is_pasted_by_the_script_or_part_of_what_is_run(string page) => Assert.All(Blocks(Pages.Text(page)), block =>
    {
        if (block.Mark is ["first-hour", var name])
            Assert.True(Script.Contains($"paste_block {name}\n", StringComparison.Ordinal) || Script.Contains($"paste_block '{name}'\n", StringComparison.Ordinal)
                || Script.Contains($"block {name}", StringComparison.Ordinal) || Script.Contains($"block '{name}'", StringComparison.Ordinal), $"tests/FirstHour/run.sh does not use '{name}'");
        else if (block.Mark is ["part of", var source])
            AssertPart(block.Code, source);
        else
            Assert.Fail($"what runs this?\n{block.Code}");
    });

    private static readonly string[] Compiled =
        [.. Directory.EnumerateFiles(Repository.At("tests", "Site.Tests", "PackagePages"), "*.cs").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Packages => [.. Compiled];

    [Theory]
    [MemberData(nameof(Packages))]
    public void What_the_page_of_a_package_shows_is_compiled_here(string package)
    {
        var blocks = Blocks(Pages.Text($"src/{package}/PACKAGE.md")).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => AssertPart(block.Code, $"tests/Site.Tests/PackagePages/{package}.cs"));
    }

    [Fact]
    public void Each_package_whose_page_has_code_is_among_them() => Assert.Equal(
        Directory.EnumerateDirectories(Repository.At("src")).Where(folder => File.Exists(Path.Combine(folder, "PACKAGE.md")) && File.ReadAllText(Path.Combine(folder, "PACKAGE.md")).Contains("```csharp", StringComparison.Ordinal))
            .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal), Compiled);

    [Fact]
    public void No_two_blocks_have_one_name()
    {
        var names = Pages.Guides.SelectMany(page => Blocks(Pages.Text(page))).Where(block => block.Mark is ["first-hour", _]).Select(block => block.Mark[1]).ToList();
        Assert.True(names.Count > 15, $"only {names.Count} blocks were found");
        Assert.Equal(names.Distinct(), names);
    }

    // The lines are there in this order; others may lie between.
    private static void AssertPart(string code, string source)
    {
        var whole = source.StartsWith("first-hour ", StringComparison.Ordinal)
            ? Pages.Guides.SelectMany(page => Blocks(Pages.Text(page))).Single(block => block.Mark is ["first-hour", var name] && source == $"first-hour {name}").Code
            : Pages.Text(source);
        var lines = Lines(whole).ToList();
        var at = 0;
        foreach (var line in Lines(code))
        {
            var found = lines.IndexOf(line, at);
            Assert.True(found >= 0, $"{source} has no line '{line}' behind line {at} of its code");
            at = found + 1;
        }
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    private static IEnumerable<(string[] Mark, string Code)> Blocks(string text) => Block().Matches(text)
        .Select(match => (match.Groups["mark"].Success ? new[] { match.Groups["kind"].Value, match.Groups["name"].Value } : [], match.Groups["code"].Value));

    // A block with the name of a language is code; one without is output, or what the page says is not run.
    [GeneratedRegex(@"(?<mark><!-- (?<kind>first-hour|part of): (?<name>[^\n]+) -->\n)?```(sh|csharp|xml|json|yaml)\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
