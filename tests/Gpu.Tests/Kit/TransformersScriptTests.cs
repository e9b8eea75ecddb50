using System.Text.Json;
using EosMLNet.Tool.Tests;
using Gpu.Report;
using Gpu.Shapes;

namespace Gpu.Tests.Kit;

/// <summary>The side of transformers, run against a torch and a transformers that only count: the real ones are not everywhere, and the script must not fail on the one day that they are.</summary>
public sealed class TransformersScriptTests : IDisposable
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "hf_llava.py"), Fakes = Path.Combine(AppContext.BaseDirectory, "Kit", "fake_python");
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public void It_times_each_batch_and_says_what_it_used()
    {
        if (!HasPython)
            return;
        Shape.Tiny.Config.Save(folder.Path);
        var run = Run(Fakes);
        Assert.True(run.ExitCode == 0, run.Output);
        var peers = Peers(run);
        Assert.Equal([0, 1, 2], peers.Select(peer => peer.Rows.Count)); // it says the versions first, then each row as it comes
        Assert.All(peers, peer => Assert.Equal(("torch 0.fake, transformers 0.fake", null), (peer.Versions, peer.Problem)));
        Assert.Equal("sdpa", peers[^1].Attention);
        Assert.Equal(Shape.Tiny.Batches, peers[^1].Rows.Select(row => row.Batch));
        // A clock that a token advances by a second: 1 for the first token, 64 for the others.
        Assert.All(peers[^1].Rows, row => Assert.Equal((1000, 64_000), (Math.Round(row.FirstMilliseconds), Math.Round(row.DecodeMilliseconds))));
    }

    [LinuxFact]
    public void What_is_missing_is_said()
    {
        if (!HasPython)
            return;
        File.WriteAllText(folder["torch.py"], "raise ImportError('no torch here')");
        var peer = Assert.Single(Peers(Run(folder.Path)));
        Assert.Equal("this machine's Python lacks a package: no torch here", peer.Problem);
        Assert.Empty(peer.Rows);
    }

    [LinuxFact]
    public void A_failure_keeps_what_was_measured_before_it()
    {
        if (!HasPython)
            return;
        Shape.Tiny.Config.Save(folder.Path);
        var run = Run(Fakes, ("FAKE_LARGEST_BATCH", "1"));
        Assert.Equal(1, run.ExitCode);
        var last = Peers(run)[^1];
        Assert.Equal("RuntimeError: out of memory", last.Problem);
        Assert.Equal([1], last.Rows.Select(row => row.Batch));
    }

    private static bool HasPython => File.Exists("/usr/bin/python3");

    private ProcessRun Run(string modules, params (string, string)[] more)
    {
        var environment = more.Prepend(("PYTHONPATH", modules)).Append(("PYTHONDONTWRITEBYTECODE", "1")).ToDictionary(pair => pair.Item1, pair => pair.Item2);
        return ProcessRun.With(environment, "/usr/bin/python3", Script, "--config", folder.Path, "--device", "cpu", "--batches", "1,2", "--text-tokens", "32", "--decoded-tokens", "64");
    }

    private static Peer[] Peers(ProcessRun run) =>
        [.. run.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<Peer>(line, GpuResults.Json)!)];
}
