using System.Text.Json;

namespace EosMLNet.Tool.Tests;

public sealed class EosCommandLineTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("--help")]
    [InlineData("search", "--help")]
    [InlineData("evaluate", "--help")]
    [InlineData("inspect", "--help")]
    [InlineData("forward", "--help")]
    [InlineData("doctor", "--help")]
    public async Task Help_documents_the_exit_codes(params string[] arguments)
    {
        var run = await EosRun.Of(arguments);
        Assert.Equal(0, run.ExitCode);
        foreach (var code in new[] { "0    success", "1    error in the input", "2    internal error", "3    error in the environment", "130  cancelled" })
            Assert.Contains($"\n  {code}", run.Output);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("doctor", "--frobnicate")]
    [InlineData("search")]
    [InlineData("evaluate", "--limit", "few")]
    [InlineData("forward", "--dtype", "int8")]
    public async Task A_mistake_in_the_arguments_is_EOS1013(params string[] arguments)
    {
        var run = await EosRun.Of(arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("eos : error EOS1013: ", run.Error);
        Assert.Contains("--help", run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("'searc' is not a command of eos. Did you mean 'search'?", "searc")]
    [InlineData("'inpsect' is not a command of eos. Did you mean 'inspect'?", "inpsect", "plan.json")]
    [InlineData("'--mean-visual-token' is not an option of eos search. Did you mean '--mean-visual-tokens'?", "search", "--mean-visual-token", "16")]
    [InlineData("'--jsn' is not an option of eos doctor. Did you mean '--json'?", "doctor", "--jsn", "x")]
    [InlineData("'frobnicate' is not a command of eos.", "frobnicate")]
    public async Task The_first_line_names_what_was_probably_meant(string message, params string[] arguments)
    {
        var run = await EosRun.Of(arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"eos : error EOS1013: {message}", run.Error.Split(Environment.NewLine)[0]);
        Assert.DoesNotContain("Required command was not provided", run.Error);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("inspect", "PLAN")]
    [InlineData("inspect", "MODEL")]
    [InlineData("evaluate", "--model", "MODEL", "--data", "TABLE", "--images", "IMAGES", "--device", "cpu")]
    [InlineData("search", "--model", "MODEL", "--data", "TABLE", "--images", "IMAGES", "--device", "cpu", "--mean-visual-tokens", "5", "--steps", "1", "--output", "OUTPUT")]
    public async Task A_hyphen_gives_standard_output_to_machines_and_the_error_stream_to_people(params string[] arguments)
    {
        string[] given = [.. arguments.Select(argument => argument switch
        {
            "PLAN" => tiny.Plan(4), "MODEL" => tiny.Model, "TABLE" => tiny.Table, "IMAGES" => tiny.Images, "OUTPUT" => tiny["json.json"], _ => argument,
        })];
        var run = await EosRun.Of([.. given, "--json", "-"]);
        Assert.InRange(run.ExitCode, 0, 3);
        using var json = JsonDocument.Parse(run.Output);
        Assert.NotEmpty(json.RootElement.EnumerateObject());
        Assert.NotEmpty(run.Error);
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public async Task An_error_in_a_table_begins_with_its_place()
    {
        File.WriteAllText(tiny["bad.tsv"], "ImagePath\tQuestion\tAnswer\n0.png\twhat?\n");
        var run = await EosRun.Of("evaluate", "--model", tiny.Model, "--data", tiny["bad.tsv"], "--images", tiny.Images);
        Assert.StartsWith($"{tiny["bad.tsv"]}(2) : error EOS1011: 2 fields between tabs, expected 3", run.Error);
    }

    [Fact]
    public async Task An_error_shows_its_origin_only_when_asked()
    {
        string[] arguments = ["doctor", "--json", "/proc/nowhere/facts.json"];
        Assert.DoesNotContain("   at ", (await EosRun.Of(arguments)).Error);
        var run = await EosRun.Of([.. arguments, "--verbose"]);
        Assert.StartsWith("eos : error EOS2003: ", run.Error);
        Assert.Contains("   at ", run.Error);
        Assert.Equal(3, run.ExitCode);
    }
}
