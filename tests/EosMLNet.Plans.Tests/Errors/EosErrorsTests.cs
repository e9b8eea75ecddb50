using System.Reflection;

namespace EosMLNet.Tests.Errors;

public class EosErrorsTests
{
    private static readonly string[] Codes = [.. typeof(EosErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetValue(null)!).Order()];
    private static readonly string Pages = Repository.At("build", "docs", "diagnostics");

    [Fact]
    public void Every_code_has_a_page_and_every_page_a_code() =>
        Assert.Equal(Codes, Directory.GetFiles(Pages, "EOS*.md").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void Every_code_is_used_once_and_has_the_form_EOSnnnn()
    {
        Assert.Equal(Codes.Length, Codes.Distinct().Count());
        Assert.All(Codes, code => Assert.Matches("^EOS[1-4][0-9]{3}$", code));
    }

    [Fact]
    public void Every_page_tells_cause_example_and_remedy() => Assert.All(Codes, code =>
    {
        var page = File.ReadAllText(Path.Combine(Pages, $"{code}.md"));
        Assert.StartsWith($"# {code}: ", page);
        Assert.Contains("**Cause.**", page);
        Assert.Contains($"{code}: ", page[page.IndexOf("**Example.**", StringComparison.Ordinal)..]);
        Assert.Contains("**Remedy.**", page);
    });
}
