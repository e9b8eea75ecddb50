using EosMLNet.Tool.Report;

namespace Fuzz.Targets;

/// <summary>The losses of a search, for its report.</summary>
internal sealed class SearchCurveTarget : FuzzTarget
{
    internal override string Reader => "result of a search";

    internal override string FileName => "search.json";

    internal override void Read(string folder) => SearchCurve.Read(Path.Combine(folder, FileName));
}
