namespace Faults.Kills;

/// <summary><c>eos export</c> with weights in 8 bits, which are a file of their own.</summary>
internal sealed class ConvertedExportKill : KillKind
{
    internal override string Name => "export-int8";

    internal override string Does => "`eos export --weights int8`";

    internal override void Work(KillPlace place) => EosProgram.Run(
        "export", "--model", place.Model, "--plan", place.Plan, "--output", place["exported"], "--weights", "int8");
}
