using System.Globalization;

namespace Faults.Cases;

/// <summary>Too little memory.</summary>
internal static class MemoryCases
{
    private const string Area = "little memory";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Refused("`eos search`, .NET may use 4 MiB", EosErrors.OutOfMemory, (place, arguments) =>
            place.With(new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = "400000" }, arguments)),
        Refused("`eos search`, 1,400 MiB of addresses, which is too few for libtorch", EosErrors.LibTorch, (place, arguments) =>
            Addresses(place, 1400, arguments)),
        Grouped("`eos search` in a control group of 60 MiB", 60),
    ];

    private static FaultCase Refused(string done, string code, Func<CasePlace, string[], CaseRun> run) =>
        FaultCase.Refused(Area, done, code, place =>
        {
            var folder = place.Folder("out");
            var (plan, zip) = (Path.Combine(folder, "plan.json"), Path.Combine(folder, "model.zip"));
            File.Copy(place.Plan, plan);
            return (folder, () => run(place, place.Search(plan, "--artifact", zip)));
        });

    // .NET asks for addresses that it does not use; it is told to ask for fewer.
    private static CaseRun Addresses(CasePlace place, long mebibytes, string[] arguments) => place.Started(
        ["env", "DOTNET_GCRegionRange=10000000", "prlimit", $"--as={mebibytes << 20}"], arguments);

    // The system ends the process: nothing can be said, and nothing may be lost.
    private static FaultCase Grouped(string done, int mebibytes) => new(Area, done, place =>
    {
        const string Group = "/sys/fs/cgroup/memory/eos-faults";
        try
        {
            Directory.CreateDirectory(Group);
            File.WriteAllText($"{Group}/memory.limit_in_bytes", ((long)mebibytes << 20).ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaseSkippedException($"no control group can be made: {e.Message}");
        }
        try
        {
            var folder = place.Folder("out");
            var plan = Path.Combine(folder, "plan.json");
            File.Copy(place.Plan, plan);
            var before = FolderState.Of(folder);
            var run = place.Started(["bash", "-c", $"echo $$ > {Group}/cgroup.procs; exec \"$@\"", "-"], place.Search(plan));
            var changed = FolderState.Of(folder).Differences(before);
            var told = run.ExitCode == 137 ? "the system kills it (137); the old plan is there" : run.Told;
            return new(changed.Length > 0 ? changed : told, run.Code, run.ExitCode, run.ExitCode is 137 or 3 && changed.Length == 0);
        }
        finally
        {
            Directory.Delete(Group);
        }
    });
}
