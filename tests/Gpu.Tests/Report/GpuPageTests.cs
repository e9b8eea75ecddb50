using System.Text.Json;
using EosMLNet.LibTorch;
using Gpu.Report;

namespace Gpu.Tests.Report;

public class GpuPageTests
{
    [Fact]
    public void The_committed_page_is_what_its_numbers_give()
    {
        var folder = Repository.At("build", "docs", "benchmarks");
        var results = JsonSerializer.Deserialize<GpuResults>(File.ReadAllText(Path.Combine(folder, "gpu.json")), GpuResults.Json)!;
        Assert.Equal(GpuPage.Write(results), File.ReadAllText(Path.Combine(folder, "gpu.md")));
    }

    [Fact]
    public void Where_nothing_was_measured_the_page_says_so_and_its_cells_are_empty()
    {
        var page = GpuPage.Write(new GpuResults());
        Assert.Contains("Nothing on this page has been measured yet", page);
        Assert.Contains("\n| 1 | 576, unreduced |  |  |  |  |  |  |  |  |  |\n", page);
        Assert.Contains("\n| 8 | 16 |  |  |  |  |  |  |  |  |  |\n", page);
        Assert.Contains("\n| 8 | transformers |  |  |  |\n", page);
        Assert.Contains("\n| 16 |  |  |\n", page);
    }

    [Fact]
    public void Speed_ups_and_shares_follow_from_what_was_measured()
    {
        var page = GpuPage.Write(new GpuResults
        {
            Date = new DateOnly(2026, 11, 24),
            Ceilings = new CeilingResult(8192, MatmulTeraflops: 800, 4L << 30, CopyGigabytes: 3000),
            Speed =
            [
                new SpeedRow { Batch = 1, EncodeMilliseconds = 4, PrefillMilliseconds = 20, DecodeMilliseconds = 640, MacsRatio = 1, KvBytesRatio = 1, PrefillTeraflop = 8, DecodeGigabytes = 960 },
                new SpeedRow { Batch = 1, Budget = 64, EncodeMilliseconds = 4, PrefillMilliseconds = 10, DecodeMilliseconds = 320, MacsRatio = 0.2, KvBytesRatio = 0.2, PrefillTeraflop = 1.6, DecodeGigabytes = 864 },
            ],
            Transformers = new Peer { Versions = "torch 2", Attention = "sdpa", Rows = [new PeerRow(1, 30, 1280)] },
        });
        Assert.Contains("| 1 | 576, unreduced | 4.0 | 20.0 | 640.0 | 10.00 | 1.00 × | 1.00 × | 1.00 × | 50 % | 50 % |\n", page);
        Assert.Contains("| 1 | 64 | 4.0 | 10.0 | 320.0 | 5.00 | 2.00 × | 5.00 × | 2.00 × | 20 % | 90 % |\n", page);
        Assert.Contains("| 1 | 128 |  |  |  |  |  |  |  |  |  |\n", page);
        Assert.Contains("| 1 | transformers | 30.0 | 1280.0 | 20.00 |\n", page);
        Assert.Contains("| 1 | EosMLNet, 64 mean visual tokens | 14.0 | 320.0 | 5.00 |\n", page);
    }

    [Fact]
    public void Both_settings_of_attention_stand_beside_each_other_and_only_our_own_decides()
    {
        var failed = new AttentionResult { Order = "cuDNN, flash", Checks = [new CheckResult("gradient", false, "NaN, at most 1")], Tokens = [new TokenRow(64, 40, [30, 9, 11, 10], [20, 5, 6, 7])] };
        var results = new GpuResults
        {
            Sections = [new SectionState("attention", "done", 1, null)],
            Attention = new AttentionResult { Order = "flash, cuDNN", Checks = [new CheckResult("gradient", true, "0.1, at most 1")], Tokens = [new TokenRow(null, 40, [30, 9], [20, 5])] },
            AttentionCudnn = failed,
        };
        var page = GpuPage.Write(results);
        Assert.Contains("| kernels, the first one tried first | flash, cuDNN | cuDNN, flash |\n", page);
        Assert.Contains("| gradient | 0.1, at most 1 | **failed** NaN, at most 1 |\n", page);
        Assert.Contains("| own | 576, unreduced | 40 | 30.0 | 9.00 | 9.00 | 5.00 | 5.00 |\n", page);
        Assert.Contains("| cuDNN preferred | 64 | 40 | 30.0 | 10.00 | 11.00 | 6.00 | 7.00 |\n", page);
        Assert.True(GpuReport.Passed(results));
        Assert.False(GpuReport.Passed(results with { Attention = failed }));
    }

    [Fact]
    public void Calibration_sites_and_missing_functions_are_on_the_page()
    {
        var runtime = new RuntimeFacts { DotNet = ".NET", OperatingSystem = "Linux", Architecture = "X64", TorchSharp = "0", MissingFunctions = ["_ZN2at1aE", "_ZN2at1bE"] };
        var page = GpuPage.Write(new GpuResults
        {
            Facts = new Facts("card", "1", 3, 4, runtime) { Cudnn = 91900, TorchCpu = ["a", "b"] },
            Latency = new LatencyResult(12.5, 2, 0.04, [new(null, 20, 21), new(64, 9, 12)]),
            Sites = new SitesResult(64, 18.5, [new(0, 128, 2.25)]),
            Speed = [new SpeedRow { Batch = 8, Again = true, EncodeMilliseconds = 4, PrefillMilliseconds = 20, DecodeMilliseconds = 640, MacsRatio = 1, KvBytesRatio = 1, PrefillTeraflop = 8, DecodeGigabytes = 960 }],
            SearchLargest = [new SearchRow(16, 2.5, 40_000_000_000, null)],
        });
        Assert.Contains("| functions that libtorch lacks | 2: `_ZN2at1aE`, `_ZN2at1bE` |\n", page);
        Assert.Contains("| cuDNN | 91900 |\n| torch_cpu mapped | 2 |\n", page);
        Assert.Contains("with 2 rounds, in 12.5 s; whole prefills of its own differ from it by 4.0 % at most.", page);
        Assert.Contains("| 64 | 9.0 | 12.0 |\n", page);
        Assert.Contains("| site in front of layer 0, leaves 128 | 2.25 |\n| all layers | 18.50 |\n", page);
        Assert.Contains("| 8 | 576, unreduced again at the end | 4.0 | 20.0 | 640.0 | 10.00 |  |  |  |  |  |\n", page);
        Assert.Contains("| 8 | 576, unreduced |  |  |  |", page); // the row of the end is no other's
        Assert.Contains("| 16 | 2.500 | 40.0 GB |\n", page);
    }

    [Fact]
    public void What_other_programs_said_cannot_break_a_table()
    {
        var runtime = new RuntimeFacts { DotNet = ".NET", OperatingSystem = "Linux", Architecture = "X64", TorchSharp = "0", Problems = [new EnvironmentProblem("EOS2001", "a | b\nc", false)] };
        var page = GpuPage.Write(new GpuResults
        {
            Facts = new Facts("card | one", "1\n2", 3, 4, runtime), Checks = [new CheckResult("name", false, "x | y\r\nz")], Search = [new SearchRow(4, null, null, "out of | memory")],
            Sections = [new SectionState("speed", "failed", 1, "ended\nbadly")], Transformers = new Peer { Problem = "line\nbreak" },
        });
        Assert.Contains("| card | card \\| one |\n", page);
        Assert.Contains("| EOS2001 | a \\| b c |\n", page);
        Assert.Contains("| name | **failed** | x \\| y z |\n", page);
        Assert.Contains("| 4 | out of \\| memory |  |\n", page);
        Assert.Contains("- `speed` failed: ended badly\n", page);
        Assert.Contains("**Incomplete:** line break\n", page);
    }

    [Fact]
    public void A_run_has_passed_when_all_sections_are_done_and_all_checks_passed()
    {
        var done = new GpuResults { Sections = [new SectionState("facts", "done", 1, null)], Checks = [new CheckResult("a", true, "")] };
        Assert.True(GpuReport.Passed(done));
        Assert.False(GpuReport.Passed(done with { Checks = [new CheckResult("a", false, "")] }));
        Assert.False(GpuReport.Passed(done with { Parity = [new CheckResult("a", false, "")] }));
        Assert.False(GpuReport.Passed(done with { Sections = [.. done.Sections, new SectionState("speed", "not reached", 0, null)] }));
    }
}
