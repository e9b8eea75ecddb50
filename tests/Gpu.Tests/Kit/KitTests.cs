using System.Text.Json;
using EosMLNet.Tool.Tests;
using Gpu.Report;
using Gpu.Sections;
using Gpu.Shapes;

namespace Gpu.Tests.Kit;

/// <summary>The packed kit, as it is unpacked and started on another machine.</summary>
public sealed class KitTests(PackedKit kit) : IClassFixture<PackedKit>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The machine may have one or the other, or none.
    [LinuxTheory]
    [InlineData("xz", 0)]
    [InlineData("python3", 0)]
    [InlineData(null, 3)]
    public void It_unpacks_itself_with_xz_or_with_Python_alone(string? tool, int exitCode)
    {
        var python = ProcessRun.Of("/bin/bash", "-c", "python3 -c 'import lzma, sys; print(sys.executable)'");
        if (tool == "python3" && python.ExitCode != 0)
            return; // no such Python here
        Directory.CreateDirectory(folder["bin"]);
        foreach (var each in new[] { "bash", "dirname", "mkdir", "rm", "mv", "tar", tool == "xz" ? "xz" : "cat" })
            File.CreateSymbolicLink(folder[$"bin/{each}"], File.Exists($"/usr/bin/{each}") ? $"/usr/bin/{each}" : $"/bin/{each}");
        Directory.CreateDirectory(folder["kit"]);
        File.Copy(kit.Outer("unpack.sh"), folder["kit/unpack.sh"]);
        File.CreateSymbolicLink(folder["kit/kit.tar.xz"], kit.Outer("kit.tar.xz"));
        var run = ProcessRun.With(new() { ["PATH"] = folder["bin"], ["EOS_PYTHON"] = tool == "python3" ? python.Output.Trim() : "no-python" }, "/bin/bash", folder["kit/unpack.sh"]);
        Assert.True(run.ExitCode == exitCode, run.Output);
        if (exitCode == 0)
            Assert.Equal(new FileInfo(kit["Gpu"]).Length, new FileInfo(folder["kit/kit/Gpu"]).Length);
        else
            Assert.Contains("EOS2003: the kit cannot be unpacked", run.Output);
        Assert.False(Directory.Exists(folder["kit/kit.part"]));
    }

    [LinuxFact]
    public void It_carries_dot_net_and_TorchSharps_native_part_but_no_libtorch()
    {
        Assert.All(["Gpu", "libcoreclr.so", "libLibTorchSharp.so", "hf_llava.py", "scenes-llava/model.safetensors", "golden/tiny-llava/config.json", "golden/backbones/llava_next/checkpoint/config.json", "golden/backbones/llava_onevision/golden.safetensors"], name => Assert.True(File.Exists(kit[name]), name));
        Assert.True(File.Exists(kit.Outer("run.sh")));
        Assert.All(Directory.GetFiles(kit[""], "*", SearchOption.AllDirectories).Select(Path.GetFileName),
            name => Assert.True(!name!.StartsWith("libtorch", StringComparison.Ordinal) && !name.StartsWith("libc10", StringComparison.Ordinal), name));
    }

    // Everything that a CPU can run, in the kit's own program with a libtorch that is not the kit's. The hours are for busy machines: a section is to end because it is done.
    [LinuxFact]
    public void It_runs_from_beginning_to_end_on_a_processor()
    {
        var run = ProcessRun.With(new() { ["EOS_LIBTORCH"] = PackedKit.LibTorch, ["DOTNET_ROOT"] = folder["no-dotnet"] },
            kit.Outer("run.sh"), "--device", "cpu", "--shape", "tiny", "--minutes", "600", "--output", folder["results"]);
        Assert.True(run.ExitCode == 0, run.Output);
        var results = Read(folder["results/gpu.json"]);
        Assert.Equal(Section.All.Select(section => (section.Name, "done")), results.Sections.Select(section => (section.Name, section.Outcome)));
        Assert.All(results.Parity.Concat(results.Attention!.Checks).Concat(results.AttentionCudnn!.Checks).Concat(results.Checks), check => Assert.True(check.Passed, $"{check.Name}: {check.Detail}"));
        Assert.Equal(10 + 2 * 10 + 4 * 3 + 1, results.Parity.Count);
        Assert.True(results.Checks.Count >= 24);
        Assert.All(Scenes.TiledFamilies, family => Assert.Equal(2, results.Checks.Count(check => check.Name.StartsWith(family, StringComparison.Ordinal))));
        Assert.Equal([null, 1.0 / 3, 1.0 / 9], results.Tiles.Select(row => row.Share));
        Assert.All(results.Tiles, row => Assert.True(row is { VisualTokens: 16 + 8 * 9, EncodeMilliseconds: > 0, PrefillMilliseconds: > 0 } && double.IsFinite(row.DecodeMilliseconds)));
        Assert.All(results.Tiles, row => Assert.Equal(row.Share is null, row.MacsRatio == 1));
        Assert.Equal(PackedKit.LibTorch, results.Facts!.Runtime.LibTorchFolder);
        Assert.True(results.Facts.Runtime.UsesExistingLibTorch);
        Assert.True(results.Ceilings is { MatmulTeraflops: > 0, CopyGigabytes: > 0 });
        AssertSpeed(results.Speed);
        Assert.All(results.Parity.Concat(results.Checks).Where(check => check.Detail.Contains("kept tokens") && !check.Name.Contains("bf16")), check => Assert.Contains("100 % of kept tokens agree", check.Detail)); // one processor with itself
        Assert.Equal(("0", "1"), (results.Attention.Variables["TORCH_CUDNN_SDPA_PREFERRED"], results.AttentionCudnn.Variables["TORCH_CUDNN_SDPA_PREFERRED"]));
        Assert.Contains("cuDNN's is allowed", results.Attention.Order);
        Assert.All(results.Attention.Tokens.Concat(results.AttentionCudnn.Tokens), row => Assert.Equal((65, 65), (row.First.Count, row.Again.Count)));
        Assert.Equal(6, results.Attention.Tokens.Count);
        Assert.Equal([null, 12, 8, 4, 1], results.Latency!.Plans.Select(plan => plan.Budget));
        Assert.All(results.Latency.Plans, plan => Assert.True(plan is { PredictedMilliseconds: > 0, MeasuredMilliseconds: > 0 }));
        Assert.True(results.Sites is { LayersMilliseconds: > 0, Sites.Count: 4 } && results.Sites.Sites.All(site => site.Milliseconds > 0));
        Assert.Equal(Shape.Tiny.SearchBatches, results.Search.Concat(results.SearchLargest).Select(row => row.Batch));
        Assert.All(results.Search.Concat(results.SearchLargest), row => Assert.True(row is { StepSeconds: > 0, Note: null }));
        Assert.True(results.Transformers!.Problem is not null || results.Transformers.Rows.Count == Shape.Tiny.Batches.Count);
        Assert.Equal(GpuPage.Write(results), File.ReadAllText(folder["results/gpu.md"]));
    }

    // What the rows suppose, worked out anew from the shape.
    private static void AssertSpeed(IReadOnlyList<SpeedRow> rows)
    {
        var (shape, text) = (Shape.Tiny, Shape.Tiny.Config.Text);
        (int, int?, bool)[] order = [(1, null, false), (1, 12, false), (1, 8, false), (2, null, false), (2, 12, false), (2, 8, false), (1, 4, false), (1, 1, false), (2, 4, false), (2, 1, false), (1, null, true), (2, null, true)];
        Assert.Equal(order, rows.Select(row => (row.Batch, row.Budget, row.Again)));
        Assert.All(rows, row => Assert.True(row is { EncodeMilliseconds: > 0, PrefillMilliseconds: > 0 } && double.IsFinite(row.DecodeMilliseconds)));
        double n = 36 + 32, d = text.HiddenSize, m = text.IntermediateSize, layers = text.LayerCount, v = text.VocabularySize;
        double matrices = layers * (4 * d * d + 3 * d * m) + v * d, norms = (2 * layers + 1) * d;
        var macs = n * (matrices - v * d) + layers * 2 * d * n * n + v * d;
        Assert.Equal(2 * macs * 2 / 1e12, rows.First(row => row is { Batch: 2, Budget: null }).PrefillTeraflop, 1e-15);
        var bytes = 8 * (2 * (matrices + norms) + 2 * layers * 2 * d * 2 * (n + 4.5));
        Assert.Equal(bytes / 1e9, rows.First(row => row is { Batch: 2, Budget: null }).DecodeGigabytes, 1e-12);
        Assert.All(rows, row => Assert.True(row.Budget is null ? row.MacsRatio == 1 : row.MacsRatio < 1 && row.KvBytesRatio == (row.Budget + 32) / n));
    }

    [LinuxFact]
    public void Without_a_driver_it_says_so_and_starts_nothing()
    {
        Directory.CreateDirectory(folder["bin"]);
        foreach (var tool in new[] { "bash", "dirname", "awk" })
            File.CreateSymbolicLink(folder[$"bin/{tool}"], Path.Combine("/usr/bin", tool));
        var run = ProcessRun.With(new() { ["PATH"] = folder["bin"] }, "/bin/bash", kit.Outer("run.sh"), "--output", folder["results"]);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("run.sh : error EOS2002: there is no nvidia-smi", run.Output);
        Assert.False(Directory.Exists(folder["results"]));
    }

    [LinuxTheory]
    [InlineData("EOS1013: '--devise' is no option", "--devise", "cpu")]
    [InlineData("EOS1013: '--device' has no value", "--device")]
    [InlineData("EOS1013: --minutes is 'soon'", "--minutes", "soon")]
    [InlineData("EOS1013: --minutes is '0'", "--minutes", "0")]
    [InlineData("EOS1013: '--only' has no value", "--only")]
    public void A_bad_option_is_named(string message, params string[] arguments)
    {
        var run = ProcessRun.Of(kit.Outer("run.sh"), arguments);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(message, run.Output);
    }

    [LinuxFact]
    public void A_machine_without_PyTorch_is_told_what_to_do()
    {
        var run = ProcessRun.With(new() { ["EOS_PYTHON"] = "python-that-is-not-there" }, kit.Outer("run.sh"), "--device", "cpu", "--shape", "tiny");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("EOS2001: there is no 'python-that-is-not-there'", run.Output);
    }

    [LinuxTheory]
    [InlineData("'' is no command")]
    [InlineData("'unpack' is no command", "unpack")]
    public void The_packing_script_names_a_bad_command(string message, params string[] arguments)
    {
        var run = ProcessRun.Of(Repository.At("build", "gpu.sh"), arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Output);
    }

    // A GPU that is not there fails every section that needs it, and the report is there all the same.
    [LinuxFact]
    public void A_section_that_fails_costs_no_other()
    {
        var run = ProcessRun.With(new() { ["EOS_LIBTORCH"] = PackedKit.LibTorch }, kit["Gpu"], "all", "--device", "cuda:77", "--shape", "tiny", "--only", "facts,speed", "--output", folder["results"]);
        Assert.Equal(1, run.ExitCode);
        var results = Read(folder["results/gpu.json"]);
        Assert.Equal(["facts", "speed"], results.Sections.Select(section => section.Name));
        Assert.All(results.Sections, section => Assert.Equal("failed", section.Outcome));
        Assert.All(results.Sections, section => Assert.StartsWith(EosErrors.Device, section.Problem));
        Assert.Contains("- `speed` failed: EOS2002: The device 'cuda:77'", File.ReadAllText(folder["results/gpu.md"]));
    }

    [LinuxFact]
    public void A_section_that_is_not_there_is_named_beside_those_that_are()
    {
        var run = ProcessRun.Of(kit["Gpu"], "all", "--device", "cpu", "--only", "facts,sped", "--output", folder["results"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("EOS1013: There is no section 'sped'. Expected one of facts, parity, attention,", run.Output);
        Assert.False(Directory.Exists(folder["results"]));
    }

    [LinuxFact]
    public void When_the_time_is_up_the_rest_is_said_to_be_missing()
    {
        var run = ProcessRun.With(new() { ["EOS_LIBTORCH"] = PackedKit.LibTorch }, kit["Gpu"], "all", "--device", "cpu", "--shape", "tiny", "--minutes", "0.001", "--output", folder["results"]);
        Assert.Equal(1, run.ExitCode);
        var results = Read(folder["results/gpu.json"]);
        Assert.Equal(["timed out", .. Section.All.Skip(1).Select(_ => "not reached")], results.Sections.Select(section => section.Outcome));
        Assert.Contains("- `transformers` not reached", File.ReadAllText(folder["results/gpu.md"]));
    }

    private static GpuResults Read(string file) => JsonSerializer.Deserialize<GpuResults>(File.ReadAllText(file), GpuResults.Json)!;
}
