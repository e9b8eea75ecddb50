namespace Faults.Kills;

/// <summary><c>eos export</c> over an earlier export.</summary>
internal sealed class ExportKill : KillKind
{
    internal override string Name => "export";

    internal override string Does => "`eos export`";

    internal override void Work(KillPlace place) =>
        EosProgram.Run("export", "--model", place.Model, "--plan", place.Plan, "--output", place["exported"]);
}
