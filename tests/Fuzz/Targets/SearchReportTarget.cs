namespace Fuzz.Targets;

/// <summary>What a search reported, as a saved model keeps it.</summary>
internal sealed class SearchReportTarget : FuzzTarget
{
    internal override string Reader => "report of a search";

    internal override string FileName => "Report.json";

    internal override void Read(string folder) =>
        SearchReports.ToJson(SearchReports.Parse(File.ReadAllText(Path.Combine(folder, FileName))));
}
