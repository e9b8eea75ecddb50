using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using EosMLNet.Build.Exchange;
using EosMLNet.Tool.Build;

namespace EosMLNet.Build.Tests;

/// <summary>A search that takes no time, does as <see cref="Behaviour"/> says, and writes down that it was there.</summary>
internal sealed class FakeSearch(WorkerLog log) : IModelSearch
{
    internal const string Journal = "EOS_FAKE_JOURNAL", Behaviour = "EOS_FAKE_BEHAVIOUR";

    /// <summary>Appends a line, <c>worker</c>, <c>search</c> or <c>done</c>, with this process's id.</summary>
    internal static void Note(string what)
    {
        // Two workers that append at once would write over each other's line.
        using var turn = FileLock.Wait($"{Environment.GetEnvironmentVariable(Journal)}.lock", () => { }, default);
        using var journal = new FileStream(Environment.GetEnvironmentVariable(Journal)!, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        journal.Write(Encoding.UTF8.GetBytes($"{what} {Environment.ProcessId}\n"));
    }

    public void Search(BuildRequest request, IReadOnlyList<BuildOptions> front, IReadOnlyList<string> keys, IReadOnlyList<string> folders, string checkpoint, CancellationToken cancellation)
    {
        Note("search");
        Behave(folders[0], checkpoint, cancellation);
        Note("done");
        for (var i = 0; i < front.Count; i++)
            Found(front[i], keys[i], folders[i]);
    }

    private static void Found(BuildOptions options, string key, string folder)
    {
        var artifact = BuildCache.Artifact(folder);
        File.WriteAllText(ArtifactPaths.Plan(artifact), $"{{ \"key\": \"{key}\" }}\n");
        File.WriteAllText(ArtifactPaths.Parameters(artifact), "parameters");
        var provenance = new BuildProvenance
        {
            Inputs = $"sha256:{key}",
            Model = "sha256:model",
            Data = "sha256:data",
            Options = $"sha256:{FileHash.OfText(options.Canonical)}",
            Worker = WorkerVersion.Full,
            Seed = options.Settings.Seed,
            Device = "cpu",
            ValidationQuestions = 100,
            ValidationAccuracy = 0.75,
            UnreducedAccuracy = 0.875,
            MeanVisualTokens = options.Settings.Constraints.MeanVisualTokens ?? 16,
        };
        WriteZip(artifact, provenance);
        File.WriteAllText(ArtifactPaths.Summary(artifact), new BuildSummary
        {
            Version = 1,
            Provenance = provenance,
            Plan = BuildRunner.PlanHash(ArtifactPaths.Plan(artifact)),
            Validation = new(100, 0.75, 0.875, new Dictionary<string, double> { ["colour"] = 0.25, ["count"] = 0 }),
            Tokens = new(16, 4, 0.25, 0.25),
            Prefill = new(20, 10),
            Search = new(1000, 1, 1),
        }.ToJson());
    }

    public void Apply(BuildRequest request, BuildOptions options, string key, string folder, CancellationToken cancellation)
    {
        Note("apply");
        var artifact = BuildCache.Artifact(folder);
        WriteZip(artifact, BuildSummary.Read(ArtifactPaths.Summary(artifact)).Provenance);
    }

    public void Report(BuildRequest request, BuildOptions options, string plan, CancellationToken cancellation)
    {
        Note("report");
        File.WriteAllText(request[BuildRequest.Report], $"of {File.ReadAllText(plan)} on {Path.GetFileName(request[BuildRequest.ValidationData])}");
    }

    private static void WriteZip(string artifact, BuildProvenance provenance)
    {
        using var zip = ZipFile.Open(artifact, ZipArchiveMode.Create);
        Write("Model.key", "a model"u8.ToArray());
        Write(BuildProvenance.EntryName, provenance.ToBytes());

        void Write(string name, byte[] content)
        {
            var entry = zip.CreateEntry(name);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var stream = entry.Open();
            stream.Write(content);
        }
    }

    private static void AwaitTwo(string what)
    {
        var clock = Stopwatch.StartNew();
        while (Noted().Count(line => line.StartsWith(what, StringComparison.Ordinal)) < 2)
        {
            if (clock.Elapsed > TimeSpan.FromMinutes(2))
                throw new TimeoutException($"There was never a second {what}");
            Thread.Sleep(20);
        }
    }

    private static List<string> Noted()
    {
        using var journal = new StreamReader(new FileStream(Environment.GetEnvironmentVariable(Journal)!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. journal.ReadToEnd().Split('\n')];
    }

    private void Behave(string folder, string checkpoint, CancellationToken cancellation)
    {
        switch (Environment.GetEnvironmentVariable(Behaviour))
        {
            case "meet-workers": // goes on when two of them run
                AwaitTwo("worker ");
                break;
            case "meet-searches":
                AwaitTwo("search ");
                break;
            case "hang":
                File.WriteAllText(Path.Combine(folder, "half"), "a file that is not finished");
                Thread.Sleep(TimeSpan.FromMinutes(5));
                break;
            case "killed":
                File.WriteAllText(Path.Combine(folder, "half"), "a file that is not finished");
                Process.GetCurrentProcess().Kill(); // SIGKILL: nothing of this process runs on
                Thread.Sleep(Timeout.Infinite);
                break;
            case "stop": // keeps its state, and stops when it is asked to
                File.WriteAllText($"{checkpoint}.1", "half of the steps");
                cancellation.WaitHandle.WaitOne();
                cancellation.ThrowIfCancellationRequested();
                break;
            case "resume":
                log.High($"goes on from {File.ReadAllText($"{checkpoint}.1")}");
                break;
            case "crash":
                throw new InvalidOperationException("the search has a defect");
            case "disk-full":
                using (var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) // the system's own ENOSPC
                    full.Write(new byte[1]);
                break;
        }
    }
}
