namespace Faults.Kills;

/// <summary>A search that is killed and goes on from its checkpoint, again and again, until it ends.</summary>
internal sealed class ResumedSearchKill : KillKind
{
    internal override string Name => "resumed-search";

    internal override string Does => "`eos search`, killed and begun again until it ends, in the same bytes";

    internal override bool GoesOn => true;

    internal override void Work(KillPlace place) => EosProgram.Run(
        "search", "--model", place.Model, "--data", place.Table, "--images", place.Images, "--device", "cpu", "--batch-size", "2",
        "--mean-visual-tokens", "4", "--steps", "60", "--checkpoint", place["state"], "--checkpoint-every", "1",
        "--output", place["plan.json"]);

    internal override bool Varies(string file) => Path.GetFileName(file) == "state.1";

    internal override void Open(string file) => SafetensorsFile.Open(file).Dispose();
}
