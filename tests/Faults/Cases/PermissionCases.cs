namespace Faults.Cases;

/// <summary>Another user, who may not read or write.</summary>
internal static class PermissionCases
{
    private const string Area = "no permission";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Unreadable("the model's folder", EosErrors.FileMissing, place => place.Model),
        Unreadable("its weights", EosErrors.FileMissing, place => Path.Combine(place.Model, "model.safetensors")),
        Unreadable("its `config.json`", EosErrors.FileMissing, place => Path.Combine(place.Model, "config.json")),
        Unreadable("its tokenizer", EosErrors.Tokenizer, place => Path.Combine(place.Model, "tokenizer_config.json")),
        Unreadable("the table", EosErrors.FileMissing, place => place.Table),
        Unreadable("a picture", EosErrors.FileMissing, place => Path.Combine(place.Images, "0.png")),
        FaultCase.Refused(Area, "`eos inspect` of a plan that may not be read", EosErrors.FileMissing, place =>
            (place.Model, () => AsAnother(place, place.Plan, "inspect", place.Plan))),
        FaultCase.Refused(Area, "`eos inspect` of a saved model that may not be read", EosErrors.FileMissing, place =>
        {
            DiskCases.Must(place.Eos(place.Search(place["plan.json"], "--artifact", place["model.zip"])));
            return (place.Model, () => AsAnother(place, place["model.zip"], "inspect", place["model.zip"]));
        }),
        FaultCase.Refused(Area, "`eos export` of weights that may not be read", EosErrors.FileMissing, place =>
            (place.Model, () => AsAnother(place, Path.Combine(place.Model, "model.safetensors"), place.Export(Open(place, "out"))))),
        FaultCase.Refused(Area, "a search whose state may not be read", EosErrors.SearchCheckpoint, place =>
        {
            var folder = Open(place, "out");
            var state = Path.Combine(folder, "state.1");
            File.WriteAllText(state, "another's");
            var search = place.Search(Path.Combine(folder, "plan.json"), "--checkpoint", Path.Combine(folder, "state"));
            return (folder, () => AsAnother(place, state, search));
        }),
        NotWritable("`eos search --output`", (place, folder) => place.Search(Path.Combine(folder, "plan.json"))),
        NotWritable("`eos export`", (place, folder) => place.Export(folder)),
        NotWritable("`eos evaluate --predictions`", (place, folder) =>
            place.Evaluate(Path.Combine(folder, "answers.tsv"))),
        NotWritable("a build's output", (place, folder) =>
            place.Build(Path.Combine(folder, "tiny.zip"), Open(place, "cache"))),
        NotWritable("a build's cache", (place, folder) =>
            place.Build(Path.Combine(Open(place, "obj"), "tiny.zip"), folder)),
        FaultCase.Refused(Area, "a build whose table may not be read", EosErrors.FileMissing, place =>
        {
            var build = place.Build(Path.Combine(Open(place, "obj"), "tiny.zip"), Open(place, "cache"));
            return (place.Model, () => AsAnother(place, place.Table, build));
        }),
    ];

    private static FaultCase Unreadable(string what, string code, Func<CasePlace, string> path) =>
        FaultCase.Refused(Area, $"`eos search`: {what} may not be read", code, place =>
        {
            var folder = Open(place, "out");
            return (folder, () => AsAnother(place, path(place), place.Search(Path.Combine(folder, "plan.json"))));
        });

    private static FaultCase NotWritable(string what, Func<CasePlace, string, string[]> arguments) =>
        FaultCase.Refused(Area, $"{what}: the folder may not be written", EosErrors.CannotWrite, place =>
        {
            var folder = place.Folder("closed");
            var command = arguments(place, folder);
            return (folder, () => place.EosAsAnother(command));
        });

    private static CaseRun AsAnother(CasePlace place, string closed, params string[] arguments)
    {
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return place.EosAsAnother(arguments);
    }

    // A folder that everybody may write to.
    private static string Open(CasePlace place, string name)
    {
        var folder = Directory.CreateDirectory(place[name]).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }
}
