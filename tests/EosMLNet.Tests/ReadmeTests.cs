using System.Text.RegularExpressions;

namespace EosMLNet.Tests;

/// <summary>The programs of the quick starts are compiled here: see the folder Readme. tests/FirstHour/run.sh runs them.</summary>
public class ReadmeTests
{
    [Theory]
    [InlineData("pipeline.md", "Program.cs", "FirstProgram.cs")]
    [InlineData("build.md", "Program.cs of the build", "BuiltModelProgram.cs")]
    public void A_program_of_a_quick_start_is_the_one_that_is_compiled_here(string page, string mark, string file)
    {
        var source = Regex.Matches(File.ReadAllText(Repository.At("tests", "EosMLNet.Tests", "Readme", file)).ReplaceLineEndings("\n"), @"// <readme>\n(.*?)// </readme>", RegexOptions.Singleline);
        Assert.Equal(3, source.Count); // usings, statements, types
        Assert.Equal(Lines(Block(page, mark)), source.SelectMany(part => Lines(part.Groups[1].Value)));
    }

    private static string Block(string page, string mark)
    {
        var text = File.ReadAllText(Repository.At("build", "docs", "quick-start", page)).ReplaceLineEndings("\n");
        var block = Regex.Match(text, $@"<!-- first-hour: {Regex.Escape(mark)} -->\n```\w+\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, mark);
        return block.Groups[1].Value;
    }

    // Without indentation and empty lines, which differ.
    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
