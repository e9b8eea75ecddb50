using System.Text.Json;
using EosMLNet.Runtime;
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
