namespace EosMLNet.Tool.Tests.CommandLine;

public class EosCommandLineTests
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
