using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Tool.Tests.Inspect;

public sealed class InspectCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task A_plan_is_shown_site_by_site_and_layer_by_layer()
    {
        var run = await EosRun.Of("inspect", tiny.Plan(4), "--json", tiny["plan-again.json"]);
        run.MustSucceed();
        Assert.Matches(@"0 +4 +Prune", run.Output);
        Assert.Matches(@"3 +4 +16", run.Output);
        Assert.Contains("Mean 4 and final 4 visual tokens", run.Output);
        Assert.Contains("4 layers, 16 visual tokens", run.Output);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(tiny.Plan(4))), JsonNode.Parse(File.ReadAllText(tiny["plan-again.json"]))));
    }

    [Fact]
    public async Task It_has_no_option_for_the_libtorch_that_it_does_not_load()
    {
        var run = await EosRun.Of("inspect", tiny.Plan(4), "--libtorch", "nowhere");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--libtorch", run.Error);
    }

    [Fact]
    public async Task A_checkpoint_folder_is_summarised_without_loading_its_weights()
    {
        var run = await EosRun.Of("inspect", tiny.Model, "--json", tiny["model.json"]);
        run.MustSucceed();
        Assert.Contains("549088 parameters in Float32", run.Output);
        Assert.Contains("with tokenizer", run.Output);
        using var summary = JsonDocument.Parse(File.ReadAllText(tiny["model.json"]));
        Assert.StartsWith("sha256:", summary.RootElement.GetProperty("fingerprint").GetString());
        Assert.Contains("Note: ", run.Output);
        Assert.Contains("CLIP's are taken", summary.RootElement.GetProperty("notes")[0].GetString());
    }

    [Theory]
    [InlineData("quantized", """{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true}}""", "quantised (bitsandbytes 4-bit)")]
    [InlineData("authors", """{"text_config":null,"vision_config":null,"mm_vision_tower":"openai/clip-vit-large-patch14-336"}""", "layout of LLaVA's authors")]
    public async Task A_folder_that_cannot_be_read_is_refused_and_no_size_is_invented(string name, string changes, string words)
    {
        TinyModel.CopyModelTo(tiny[name]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(tiny[name], "config.json")))!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(changes)!.AsObject())
            config[field] = value?.DeepClone();
        File.WriteAllText(Path.Combine(tiny[name], "config.json"), config.ToJsonString());
        var run = await EosRun.Of("inspect", tiny[name]);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("eos : error EOS1009: ", run.Error);
        Assert.Contains(words, run.Error);
    }

    [Fact]
    public async Task The_plan_of_a_saved_model_is_found_wherever_it_lies_in_the_zip()
    {
        using (var zip = ZipFile.Open(tiny["model.zip"], ZipArchiveMode.Create))
            zip.CreateEntryFromFile(tiny.Plan(4), "TransformerChain/Transform_001/Plan.json");
        var run = await EosRun.Of("inspect", tiny["model.zip"]);
        run.MustSucceed();
        Assert.Contains("Mean 4 and final 4 visual tokens", run.Output);
    }

    [Fact]
    public async Task A_damaged_zip_or_one_without_a_plan_is_EOS4003()
    {
        using (var zip = ZipFile.Open(tiny["other.zip"], ZipArchiveMode.Create))
            zip.CreateEntryFromFile(tiny.Table, "data.tsv");
        await AssertError("EOS4003", tiny["other.zip"]);
        File.WriteAllBytes(tiny["cut.zip"], File.ReadAllBytes(tiny["other.zip"])[..40]);
        await AssertError("EOS4003", tiny["cut.zip"]);
    }

    [Fact]
    public async Task What_is_not_there_is_EOS1001() => await AssertError("EOS1001", tiny["nowhere"]);

    // As in a program of a single file, which is made for ahead-of-time compilation.
    [Fact]
    public async Task A_plan_is_read_where_the_application_switches_the_reflection_of_json_off()
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(typeof(EosCommandLine).Assembly.Location, ".runtimeconfig.json")))!;
        settings["runtimeOptions"]!["configProperties"]!["System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault"] = false;
        File.WriteAllText(tiny["no-reflection.json"], settings.ToJsonString());
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", tiny["no-reflection.json"], typeof(EosCommandLine).Assembly.Location, "inspect", tiny.Plan(4)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        Assert.Contains("Mean 4 and final 4 visual tokens", await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await error));
    }

    private static async Task AssertError(string code, string path)
    {
        var run = await EosRun.Of("inspect", path);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"eos : error {code}: ", run.Error);
        Assert.DoesNotContain("..", run.Error.Replace(path, ""));
    }
}
