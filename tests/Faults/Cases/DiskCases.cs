namespace Faults.Cases;

/// <summary>Disks without room, and disks that can only be read.</summary>
internal static class DiskCases
{
    private const string Full = "disk full", ReadOnly = "read-only disk";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Refused("`eos search --output`, over an older plan", (place, disk) =>
        {
            File.Copy(place.Plan, Path.Combine(disk, "plan.json"));
            return place.Search(Path.Combine(disk, "plan.json"));
        }),
        Refused("`eos search --checkpoint`", (place, disk) =>
            place.Search(place["plan.json"], "--checkpoint", Path.Combine(disk, "state"), "--checkpoint-every", "1")),
        Refused("`eos search --artifact`", (place, disk) =>
            place.Search(place["plan.json"], "--artifact", Path.Combine(disk, "model.zip"))),
        Refused("`eos search --json`", (place, disk) => place.Search(place["plan.json"], "--json", Path.Combine(disk, "result.json"))),
        Refused("`eos export`, over an export under another plan", (place, disk) =>
        {
            var folder = Path.Combine(disk, "exported");
            Must(place.Eos(place.Export(folder)));
            return place.Export(folder, "--plan", place.Plan);
        }, "8m"),
        Refused("`eos evaluate --predictions`", (place, disk) =>
            place.Evaluate(Path.Combine(disk, "answers.tsv"))),
        Refused("`eos report`", (place, disk) => place.Report(Path.Combine(disk, "report.html"))),
        Refused("a build whose output has no room", (place, disk) =>
            place.Build(Path.Combine(disk, "tiny.zip"))),
        Refused("a build whose cache has no room", (place, disk) =>
            place.Build(Path.Combine(place.Folder("obj"), "tiny.zip"), disk)),
        FaultCase.Refused(Full, "`eos inspect` of a saved model, in the folder for temporary files", EosErrors.CannotWrite, place =>
        {
            Must(place.Eos(place.Search(place["plan.json"], "--artifact", place["model.zip"])));
            var disk = place.Disk("small", "64k");
            CasePlace.Fill(disk);
            var variables = new Dictionary<string, string?> { ["TMPDIR"] = disk, ["DOTNET_EnableDiagnostics"] = "0" };
            return (disk, () => place.With(variables, "inspect", place["model.zip"]));
        }),
        FaultCase.Refused(Full, "`eos inspect` to a full standard output", EosErrors.CannotWrite, place =>
            (place.Model, () => place.Shell($"$EOS inspect {place.Plan} > /dev/full"))),
        FaultCase.Refused(ReadOnly, "`eos search --output`", EosErrors.CannotWrite, place =>
        {
            var disk = Locked(place);
            return (disk, () => place.Eos(place.Search(Path.Combine(disk, "plan.json"))));
        }),
        FaultCase.Refused(ReadOnly, "`eos export`", EosErrors.CannotWrite, place =>
        {
            var disk = Locked(place);
            return (disk, () => place.Eos(place.Export(Path.Combine(disk, "exported"))));
        }),
        FaultCase.Refused(ReadOnly, "a build whose output and lock are there from before", EosErrors.CannotWrite, place =>
        {
            var disk = place.Disk("locked", "4m");
            File.WriteAllText(Path.Combine(disk, "tiny.lock"), "");
            CasePlace.MakeReadOnly(disk);
            return (disk, () => place.Eos(place.Build(Path.Combine(disk, "tiny.zip"))));
        }),
        FaultCase.Succeeds(ReadOnly, "`eos search` and `eos export` of a model that lies there", "both work", place =>
        {
            var disk = place.Disk("locked", "4m");
            foreach (var file in Directory.GetFiles(place.Model))
                File.Copy(file, Path.Combine(disk, Path.GetFileName(file)));
            CasePlace.MakeReadOnly(disk);
            Must(place.Eos(From(place.Export(place["exported"]))));
            return place.Eos(From(place.Search(place["plan.json"])));

            string[] From(string[] arguments) => [.. arguments.Select(argument => argument == place.Model ? disk : argument)];
        }),
    ];

    // The disk is filled behind the preparation.
    private static FaultCase Refused(string done, Func<CasePlace, string, string[]> prepare, string size = "64k") =>
        FaultCase.Refused(Full, done, EosErrors.CannotWrite, place =>
        {
            var disk = place.Disk("small", size);
            var arguments = prepare(place, disk);
            CasePlace.Fill(disk);
            return (disk, () => place.Eos(arguments));
        });

    private static string Locked(CasePlace place)
    {
        var disk = place.Disk("locked", "64k");
        CasePlace.MakeReadOnly(disk);
        return disk;
    }

    internal static void Must(CaseRun run)
    {
        if (run.ExitCode != 0)
            throw new InvalidOperationException(run.Told);
    }
}
