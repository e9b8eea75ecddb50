using System.Text.Json;

namespace EosMLNet.Tool.Tests.CommandLine;

/// <summary>The program in processes of other locales: they need not be installed, since .NET reads the variables itself.</summary>
public sealed class TerminalLocaleTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [LinuxTheory]
    [InlineData("C")]
    [InlineData("POSIX")]
    [InlineData("de_DE")]
    [InlineData("de_DE.ISO-8859-1")]
    [InlineData("en_US.US-ASCII")]
    public async Task A_locale_without_UTF_8_gets_ASCII(string locale)
    {
        var run = await In(locale, "inspect", tiny.Plan(4));
        run.MustSucceed();
        Assert.Contains("(gamma transfer, tau temperature, rho reweighting", run.Output);
        Assert.Contains("-----", run.Output);
        Assert.All(run.Output, each => Assert.True(char.IsAscii(each) && each != '?', run.Output));
    }

    [LinuxTheory]
    [InlineData("C.UTF-8")]
    [InlineData("de_DE.utf8")]
    [InlineData(null)]
    public async Task UTF_8_gets_rules_and_Greek_letters(string? locale)
    {
        var run = await In(locale, "inspect", tiny.Plan(4));
        Assert.Contains("(γ transfer, τ temperature", run.Output);
        Assert.Contains("─────", run.Output);
    }

    [LinuxTheory]
    [InlineData("C")]
    [InlineData("de_DE.ISO-8859-1")]
    public async Task Errors_and_help_are_ASCII_too(string locale)
    {
        var run = await In(locale, "inspect", "“nowhere”中.json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("\"nowhere\"", run.Error);
        Assert.DoesNotContain("?", run.Error);
        var help = await In(locale, "search", "--help");
        Assert.All(help.Output, each => Assert.True(char.IsAscii(each)));
    }

    [LinuxFact]
    public async Task Json_is_valid_in_every_encoding()
    {
        var run = await In("de_DE.ISO-8859-1", "ask", "--model", tiny.Model, "--device", "cpu", "--max-new-tokens", "1", "é中", "--json", "-");
        Assert.Equal(0, run.ExitCode);
        Assert.All(run.Output, each => Assert.True(char.IsAscii(each)));
        Assert.NotEmpty(JsonDocument.Parse(run.Output).RootElement.EnumerateObject());
    }

    private static Task<EosRun> In(string? locale, params string[] arguments) =>
        EosRun.InChildProcess(new Dictionary<string, string?> { ["LC_ALL"] = locale, ["LC_CTYPE"] = null, ["LANG"] = null }, arguments);
}
