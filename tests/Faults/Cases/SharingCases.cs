using EosMLNet.Onnx;
using Faults.Kills;

namespace Faults.Cases;

/// <summary>Several processes with the same files.</summary>
internal static class SharingCases
{
    private const string Cache = "a shared cache", Writers = "two writers";
    private const int Builds = 16;

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Together(Cache, $"{Builds} builds at once, an output each", (place, i) => place.Folder($"obj{i}")),
        Together(Cache, $"{Builds} builds at once, one output", (place, _) => place.Folder("obj")),
        Together(Cache, $"{Builds} builds at once, of which every other one's clock is 400 days ahead", (place, i) => place.Folder($"obj{i}"),
            i => i % 2 == 1 ? ClockCases.Faketime("FAKETIME=+400d") : []),
        new(Writers, "two processes write one saved model over and over, and a third one looks at it", place =>
        {
            var (kind, at) = (new ArtifactKill(), new KillPlace(place[""]));
            at.Clear();
            var plan = place.Plan;
            kind.Work(at);
            var check = new OutputCheck(kind, at, OutputCheck.Hashes(at));
            using Worker one = new(kind, at, once: false), two = new(kind, at, once: false);
            foreach (var worker in (Worker[])[one, two])
            {
                worker.AwaitDone();
                worker.GoOn();
            }
            var looks = 0;
            HashSet<string> faults = [];
            for (var end = DateTime.UtcNow.AddSeconds(5); DateTime.UtcNow < end; looks++)
                faults.UnionWith(check.AfterKill().Faults);
            var written = one.Kill().Ended + two.Kill().Ended;
            return new(faults.Count == 0 ? $"written {written} times, each of {looks} looks finds a whole file" : string.Join(", ", faults),
                null, null, faults.Count == 0 && written > 10 && looks > 10);
        }),
        new(Writers, "two `eos export` into one folder at once", place =>
        {
            var runs = AtOnce([place.Export(place["exported"]), place.Export(place["exported"], "--weights", "int8")], place);
            return Ended(runs, () => OnnxModel.LoadExported(place["exported"]).Dispose());
        }),
        new(Writers, "two `eos search` with one output and one checkpoint at once", place =>
        {
            string[] search = place.Search(place["plan.json"], "--checkpoint", place["state"], "--checkpoint-every", "1");
            var runs = AtOnce([search, search], place);
            return Ended(runs, () => ReductionPlan.Load(place["plan.json"]));
        }),
    ];

    private static FaultCase Together(
        string area, string done, Func<CasePlace, int, string> folder, Func<int, string[]>? front = null) => new(area, done, place =>
    {
        string[] outputs = [.. Enumerable.Range(0, Builds).Select(i => Path.Combine(folder(place, i), "tiny.zip"))];
        var runs = AtOnce([.. outputs.Select((output, i) => place.Build(output, request: $"{i}.rsp"))], place, front);
        var searches = runs.Count(run => run.Output.Contains("Searching a plan", StringComparison.Ordinal));
        if (runs.FirstOrDefault(run => run.ExitCode != 0) is { } failed)
            return new(failed.Told, failed.Code, failed.ExitCode, false);
        var different = outputs.Select(output => FolderState.Of(Path.GetDirectoryName(output)!).Files["tiny.zip"]).Distinct().Count();
        var left = Directory.GetFileSystemEntries(place["cache"], "~*").Length;
        return new($"{searches} search, {different} artifact for all, {left} temporary folders left", null, 0,
            (searches, different, left) == (1, 1, 0));
    });

    private static CaseRun[] AtOnce(IReadOnlyList<string[]> commands, CasePlace place, Func<int, string[]>? front = null) =>
        Task.WhenAll(commands.Select((arguments, i) => Task.Factory.StartNew(
            () => place.Started(front?.Invoke(i) ?? [], arguments), TaskCreationOptions.LongRunning))).GetAwaiter().GetResult();

    private static CaseOutcome Ended(CaseRun[] runs, Action open)
    {
        if (runs.FirstOrDefault(run => run.ExitCode != 0) is { } failed)
            return new(failed.Told, failed.Code, failed.ExitCode, false);
        try
        {
            open();
            return new("both end, and the result can be opened", null, 0, true);
        }
        catch (EosException e)
        {
            return new($"both end, and the result cannot be opened: {e.Message}", e.Code, 0, false);
        }
    }
}
