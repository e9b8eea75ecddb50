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
            using var jumps = new Timer(_ => AtomicFile.WriteText(clock, Environment.TickCount64 / 100 % 2 == 0 ? "+400d" : "-400d"), null, 300, 100);
            var run = place.Started(["env", $"FAKETIME_TIMESTAMP_FILE={clock}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", $"LD_PRELOAD={Faketime()}"],
                place.Search(place["there.json"], "--steps", "40", "--checkpoint", place["state"], "--checkpoint-every", "1"));
            return Same(place, run);
        }),
    ];

    // Only the content of inputs decides: a build behind a jump takes what it has.
    private static FaultCase Retimed(string jump, int days) => new(Area, $"all inputs of a build are {jump}", place =>
    {
        var output = Path.Combine(Directory.CreateDirectory(place["obj"]).FullName, "tiny.zip");
        var request = RequestFile.Write(place["clock.rsp"], place.Model, place.Table, place.Images, output, place["cache"]);
        DiskCases.Must(place.Eos("build", "--request", request));
        var before = FolderState.Of(place["obj"]);
        foreach (var file in Directory.GetFiles(place.Model).Concat(Directory.GetFiles(place.Images)).Concat(Directory.GetFiles(place["obj"])).Append(place.Table))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(days));
        var run = place.Eos("build", "--request", request);
        var searched = run.Output.Contains("Searching a plan", StringComparison.Ordinal);
        var changed = (FolderState.Of(place["obj"]) with { Files = FolderState.Of(place["obj"]).Files.Where(file => !file.Key.EndsWith(".stamp", StringComparison.Ordinal)).ToDictionary() })
            .Differences(before with { Files = before.Files.Where(file => !file.Key.EndsWith(".stamp", StringComparison.Ordinal)).ToDictionary() });
        return new(searched ? "it searched again" : changed.Length > 0 ? changed : "nothing is searched or written again", run.Code, run.ExitCode, run.ExitCode == 0 && !searched && changed.Length == 0);
    });

    private static FaultCase Searched(string done, string jump) => new(Area, done, place =>
    {
        DiskCases.Must(place.Eos(place.Search(place["here.json"])));
        var run = place.Started(["env", $"FAKETIME={jump}", "FAKETIME_DONT_FAKE_MONOTONIC=1", $"LD_PRELOAD={Faketime()}"], place.Search(place["there.json"]));
        return Same(place, run);
    });

    private static CaseOutcome Same(CasePlace place, CaseRun run)
    {
        var same = run.ExitCode == 0 && File.ReadAllText(place["here.json"]) == File.ReadAllText(place["there.json"]);
        return new(same ? "the same plan" : run.ExitCode == 0 ? "another plan" : run.Told, run.Code, run.ExitCode, same);
    }

    private static string Faketime() =>
        Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true })
            .FirstOrDefault() ?? throw new CaseSkippedException("Debian's package faketime is not installed");
}
