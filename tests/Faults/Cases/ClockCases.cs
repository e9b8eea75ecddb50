namespace Faults.Cases;

/// <summary>Clocks that jump, and times of files that tell so.</summary>
internal static class ClockCases
{
    private const string Area = "a clock that jumps";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Retimed("a year ahead", 365),
        Retimed("a year back", -365),
        new(Area, "what a killed process left is from the future", place =>
        {
            var left = $"{place["plan.json"]}.{Guid.NewGuid():N}.tmp";
            File.WriteAllText(left, "half");
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddYears(1));
            AtomicFile.WriteText(place["plan.json"], "whole");
            return new(File.Exists(left) ? "it stays" : "the next writing removes it", null, null, !File.Exists(left));
        }),
        Searched("`eos search` a thousand days ahead", "+1000d"),
        Searched("`eos search` a thousand days back", "-1000d"),
        new(Area, "the clock jumps by 400 days, there and back, while a search runs and writes its state", place =>
        {
            DiskCases.Must(place.Eos(place.Search(place["here.json"], "--steps", "40")));
            var clock = place["clock"];
            File.WriteAllText(clock, "+0d");
            using var jumps = new Timer(
                _ => AtomicFile.WriteText(clock, Environment.TickCount64 / 100 % 2 == 0 ? "+400d" : "-400d"), null, 300, 100);
            var run = place.Started(Faketime($"FAKETIME_TIMESTAMP_FILE={clock}", "FAKETIME_NO_CACHE=1"), place.Search(
                place["there.json"], "--steps", "40", "--checkpoint", place["state"], "--checkpoint-every", "1"));
            return Same(place, run);
        }),
    ];

    // Only the content of inputs decides: a build behind a jump takes what it has.
    private static FaultCase Retimed(string jump, int days) => new(Area, $"all inputs of a build are {jump}", place =>
    {
        var folder = place.Folder("obj");
        var build = place.Build(Path.Combine(folder, "tiny.zip"));
        DiskCases.Must(place.Eos(build));
        var stamp = Path.Combine(folder, "tiny.stamp"); // has the times, so that nothing is hashed again
        var (before, stamped) = (FolderState.Of(folder), File.ReadAllText(stamp));
        foreach (var file in ((string[])[place.Model, place.Images, folder]).SelectMany(Directory.GetFiles).Append(place.Table))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(days));
        var run = place.Eos(build);
        File.WriteAllText(stamp, stamped);
        var searched = run.Output.Contains("Searching a plan", StringComparison.Ordinal);
        var changed = FolderState.Of(folder).Differences(before);
        return new(searched ? "it searched again" : changed.Length > 0 ? changed : "nothing is searched or written again",
            run.Code, run.ExitCode, run.ExitCode == 0 && !searched && changed.Length == 0);
    });

    private static FaultCase Searched(string done, string jump) => new(Area, done, place =>
    {
        DiskCases.Must(place.Eos(place.Search(place["here.json"])));
        return Same(place, place.Started(Faketime($"FAKETIME={jump}"), place.Search(place["there.json"])));
    });

    private static CaseOutcome Same(CasePlace place, CaseRun run)
    {
        var same = run.ExitCode == 0 && File.ReadAllText(place["here.json"]) == File.ReadAllText(place["there.json"]);
        return new(same ? "the same plan" : run.ExitCode == 0 ? "another plan" : run.Told, run.Code, run.ExitCode, same);
    }

    /// <summary>
    /// The command in front of a program whose clock is another one. The clock alone: how long something takes is measured by one that never jumps.
    /// </summary>
    internal static string[] Faketime(params string[] variables)
    {
        var depth = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true };
        var library = Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", depth).FirstOrDefault()
            ?? throw new CaseSkippedException("Debian's package faketime is not installed");
        return ["env", .. variables, "FAKETIME_DONT_FAKE_MONOTONIC=1", $"LD_PRELOAD={library}"];
    }
}
