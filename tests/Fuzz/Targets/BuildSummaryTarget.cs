using EosMLNet.Tool.Build;

namespace Fuzz.Targets;

/// <summary>What a build found.</summary>
internal sealed class BuildSummaryTarget : FuzzTarget
{
    internal override string Reader => "summary of a build";

    internal override string FileName => "summary.json";

    internal override void Read(string folder) => BuildSummary.Read(Path.Combine(folder, FileName)).ToJson();
}
