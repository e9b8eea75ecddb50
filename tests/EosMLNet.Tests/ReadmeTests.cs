using System.Text.RegularExpressions;

namespace EosMLNet.Tests;

/// <summary>The README's programs are compiled here: see the folder Readme. build/first-hour.sh runs them.</summary>
public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.At("README.md"));

    [Theory]
    [InlineData("Program.cs", "FirstProgram.cs")]
    [InlineData("Program.cs of the build", "BuiltModelProgram.cs")]
    public void A_program_of_the_readme_is_the_one_that_is_compiled_here(string mark, string file)
    {
        var source = Regex.Matches(File.ReadAllText(Repository.At("tests", "EosMLNet.Tests", "Readme", file)).ReplaceLineEndings("\n"), @"// <readme>\n(.*?)// </readme>", RegexOptions.Singleline);
        Assert.Equal(3, source.Count); // usings, statements, types
        Assert.Equal(Lines(Block(mark)), source.SelectMany(part => Lines(part.Groups[1].Value)));
    }

    [Fact]
    public void Every_block_of_code_is_one_that_the_script_pastes_or_that_shows_output() =>
        Assert.All(Regex.Matches(Readme, @"(.*)\n\s*```(sh|csharp|xml)\n").Select(match => match.Groups[1].Value), mark => Assert.StartsWith("<!-- first-hour: ", mark));

    [Fact]
    public void Lines_of_prose_fit_a_screen() =>
        Assert.All(Readme.Split('\n').Where(line => !line.StartsWith('|')), line => Assert.InRange(line.Length, 0, 140));

    [Fact]
    public void Links_into_the_repository_lead_somewhere() => Assert.All(
        Regex.Matches(Readme, @"\]\(([^)#]+)\)").Select(link => link.Groups[1].Value).Where(link => !link.StartsWith("https:", StringComparison.Ordinal)),
        link => Assert.True(Path.Exists(Repository.At(link.Split('/'))), link));

    private static string Block(string mark)
    {
        var block = Regex.Match(Readme, $@"<!-- first-hour: {Regex.Escape(mark)} -->\n```\w+\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, mark);
        return block.Groups[1].Value;
    }

    // Without indentation and empty lines, which differ.
    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
