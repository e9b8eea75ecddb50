namespace Faults.Cases;

/// <summary>Outputs that are something else than a file.</summary>
internal static class OutputCases
{
    private const string Folder = "output is a folder", Pipe = "closed pipe";

    internal static IReadOnlyList<FaultCase> All { get; } =
    [
        Refused("`eos search --output`", (place, folder) => place.Search(folder)),
        Refused("`eos search --artifact`", (place, folder) => place.Search(place["plan.json"], "--artifact", folder)),
        Refused("`eos search --json`", (place, folder) => place.Search(place["plan.json"], "--json", folder)),
        Refused("`eos evaluate --predictions`", (place, folder) =>
            place.Evaluate(folder)),
        Refused("`eos report`", (place, folder) => place.Report(folder)),
        Refused("`eos preset --output`", (place, folder) => ["preset", "fastv", "--model", place.Model, "--keep", "4", "--output", folder]),
        Refused("a build's artifact", (place, folder) =>
            place.Build(folder), "tiny.zip"),
        FaultCase.Refused("output is a file", "`eos export`", EosErrors.CannotWrite, place =>
            (place.Images, () => place.Eos(place.Export(Path.Combine(place.Images, "0.png"))))),
        Closed("`eos inspect`", place => $"inspect {place.Plan}"),
        Closed("`eos evaluate`", place => string.Join(' ', place.Evaluate(place["answers.tsv"]))),
        Closed("`eos inspect --json -`", place => $"inspect {place.Plan} --json -"),
    ];

    private static FaultCase Refused(string what, Func<CasePlace, string, string[]> arguments, string name = "folder") =>
        FaultCase.Refused(Folder, what, EosErrors.CannotWrite, place =>
        {
            var folder = place.Folder($"parent/{name}");
            File.WriteAllText(Path.Combine(folder, "old"), "what is in it");
            var command = arguments(place, folder);
            return (place["parent"], () => place.Eos(command));
        });

    private static FaultCase Closed(string what, Func<CasePlace, string> arguments) =>
        FaultCase.Succeeds(Pipe, $"{what}, of which somebody reads one line", "it ends with exit code 0, and says nothing of it",
            place => place.Shell($"$EOS {arguments(place)} | head -1 > /dev/null; exit ${{PIPESTATUS[0]}}"));
}
