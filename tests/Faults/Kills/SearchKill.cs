namespace Faults.Kills;

/// <summary><c>eos search</c> with a checkpoint, a saved model and a result for machines.</summary>
internal sealed class SearchKill : KillKind
{
    internal override string Name => "search";

    internal override string Does => "`eos search` with a checkpoint, `--artifact` and `--json`";

    internal override void Work(KillPlace place) => EosProgram.Run(
        "search", "--model", place.Model, "--data", place.Table, "--images", place.Images, "--device", "cpu", "--batch-size", "2",
        "--mean-visual-tokens", "4", "--steps", "3", "--checkpoint", place["state"], "--checkpoint-every", "1",
        "--output", place["plan.json"], "--artifact", place["model.zip"], "--json", place["report.json"]);

    internal override bool Varies(string file) => Path.GetFileName(file) is "report.json" or "state.1";

    internal override void Open(string file)
    {
        if (Path.GetFileName(file) == "report.json")
            System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file));
        else
            SafetensorsFile.Open(file).Dispose();
    }
}
