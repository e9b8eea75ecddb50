namespace Fuzz.Targets;

/// <summary>Measured times.</summary>
internal sealed class LatencyTableTarget : FuzzTarget
{
    internal override string Reader => "latency table";

    internal override string FileName => "latency.json";

    internal override void Read(string folder)
    {
        var table = LatencyTable.Load(Path.Combine(folder, FileName));
        var profile = table.Profiles[0];
        table.At(profile.TextTokens, profile.Batch);
        LatencyTable.FromJson(table.With(profile).ToJson());
    }
}
