using System.Diagnostics;
using Benchmarks.Report;
using EosMLNet.Tool.Tests;

namespace Faults.Kills;

/// <summary>Kills one kind of work at random moments, and looks at what is left each time.</summary>
internal sealed class Killer : IDisposable
{
    private readonly KillKind kind;
    private readonly string stateFile;
    private readonly Random random;
    private readonly TinyModel tiny = new();
    private readonly KillPlace place;
    private readonly long begin = Stopwatch.GetTimestamp();
    private readonly KillState before;
    private readonly HashSet<string> faults;
    private OutputCheck check = null!;
    private TimeSpan unbroken;
    private int kills, ended, files, left, refused;

    /// <param name="kind">The kind.</param>
    /// <param name="work">Where its state is kept.</param>
    /// <param name="seed">Decides about the moments; 0 for one that no run had.</param>
    internal Killer(KillKind kind, string work, int seed)
    {
        this.kind = kind;
        stateFile = StateFile(work, kind);
        before = ResultFile.Load<KillState>(stateFile) ?? new(kind.Name, kind.Does, 0, 0, 0, 0, 0, 0, [], 0, default);
        before = before with { Seed = seed > 0 ? seed : before.Seed + 1 };
        random = new Random(before.Seed);
        faults = [.. before.Faults];
        place = new(tiny[""]);
    }

    /// <summary>Where the state of a kind is kept.</summary>
    internal static string StateFile(string work, KillKind kind) => Path.Combine(work, $"kill-{kind.Name}.json");

    /// <summary>Kills until there were enough kills, those of earlier runs included, or the time is over.</summary>
    internal KillState Run(int most, TimeSpan time)
    {
        if (before.Kills >= most)
            return before;
        tiny.Plan(4);
        place.Clear();
        unbroken = Unbroken();
        check = new OutputCheck(kind, place, OutputCheck.Hashes(place));
        while (before.Kills + kills < most && Stopwatch.GetElapsedTime(begin) < time)
        {
            try
            {
                if (kind.GoesOn)
                    KillUntilItEnds();
                else
                    KillOnce();
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                faults.Add($"the run behind a kill did not come to its end: {e.Message}");
                place.Clear();
            }
            ResultFile.Save(stateFile, Reached());
        }
        return Reached();
    }

    public void Dispose() => tiny.Dispose();

    private TimeSpan Unbroken()
    {
        using var worker = new Worker(kind, place, once: true, prepares: true);
        return worker.AwaitDone();
    }

    // The first run of the process is the one behind the last kill: it has to come to its end, and to leave what an unbroken run leaves.
    private void KillOnce()
    {
        using var worker = new Worker(kind, place, once: false);
        var run = worker.AwaitDone();
        faults.UnionWith(check.AfterEnd());
        worker.GoOn();
        Thread.Sleep(run * random.NextDouble());
        var (killed, runs) = worker.Kill();
        kills += killed ? 1 : 0;
        ended += runs + 1;
        Look();
    }

    private void KillUntilItEnds()
    {
        place.Clear();
        while (true)
        {
            using var worker = new Worker(kind, place, once: true);
            worker.AwaitReady();
            Thread.Sleep(unbroken * 1.2 * random.NextDouble());
            var (killed, runs) = worker.Kill();
            if (!killed)
            {
                ended += runs;
                faults.UnionWith(check.AfterEnd());
                return;
            }
            kills++;
            Look();
            ResultFile.Save(stateFile, Reached());
        }
    }

    private void Look()
    {
        var state = check.AfterKill();
        files += state.Files;
        left += state.Left.Count;
        refused += state.Refused;
        faults.UnionWith(state.Faults);
        foreach (var path in state.Left)
            Age(path);
    }

    // As if the next run came an hour later: what is a minute old may still be somebody's.
    private static void Age(string path)
    {
        var time = DateTime.UtcNow.AddHours(-1);
        if (Directory.Exists(path))
            Directory.SetLastWriteTimeUtc(path, time);
        else
            File.SetLastWriteTimeUtc(path, time);
    }

    private KillState Reached() => before with
    {
        Does = kind.Does,
        Kills = before.Kills + kills,
        Ended = before.Ended + ended,
        Files = before.Files + files,
        Left = before.Left + left,
        Refused = before.Refused + refused,
        Faults = [.. faults],
        Seconds = Math.Round(before.Seconds + Stopwatch.GetElapsedTime(begin).TotalSeconds, 1),
        Date = DateOnly.FromDateTime(DateTime.UtcNow),
    };
}
