using Gpu.Running;

namespace Gpu.Tests.Running;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_report_of_results_can_be_written_again()
    {
        var file = folder.Write("in.json", """{ "date": "2026-11-24", "shape": "tiny", "device": "cpu", "ceilings": { "matmulSize": 256, "matmulTeraflops": 0.5, "copyBytes": 1048576, "copyGigabytes": 20 } }""");
        Assert.Equal(0, Run(file));
        Assert.Contains("| bf16 matrix product, n = 256 | 0.5 TFLOP/s |", File.ReadAllText(folder["out/gpu.md"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{ "speed": 1 }""")]
    [InlineData("""{ "speed": null }""")]
    [InlineData("""{ "shape": "13b" }""")]
    public void Results_that_are_none_are_refused_and_nothing_is_written(string? content)
    {
        if (content is not null)
            folder.Write("in.json", content);
        Assert.Equal(1, Run(folder["in.json"]));
        Assert.False(Directory.Exists(folder["out"]));
    }

    private int Run(string results) => new ReportCommand().Parse(["--results", results, "--output", folder["out"]]).Invoke();
}
