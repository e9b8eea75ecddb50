using System.Text.Json;

namespace EosMLNet.Tool.Tests.Export;

public sealed class ExportCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData("eos", "eos-decoder.onnx")]
    [InlineData("genai", "genai_config.json")]
    public async Task A_layout_is_for_one_program(string layout, string file)
    {
        using var folder = new TemporaryFolder();
        var run = await EosRun.Of("export", "--model", tiny.Model, "--plan", tiny.Plan(4), "--layout", layout, "--output", folder.Path, "--json", folder["result.json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True(File.Exists(folder[file]));
        using var result = JsonDocument.Parse(File.ReadAllText(folder["result.json"]));
        Assert.Contains(layout, result.RootElement.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_layout_that_is_not_known_is_refused_by_name()
    {
        var run = await EosRun.Of("export", "--model", tiny.Model, "--layout", "gguf", "--output", "nowhere");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("gguf", run.Error);
        Assert.False(Directory.Exists("nowhere"));
    }
}
