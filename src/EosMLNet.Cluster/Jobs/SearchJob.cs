namespace EosMLNet.Cluster;

/// <summary>
/// Searches, each on one device. Each gives a plan, and a report in words, in the job's folder. The plan is that of <c>eos search</c> with
/// the same settings, on the same kind of machine, to the byte.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record SearchJob : ClusterJob
{
    /// <summary>The searches; one that fails does not stop the others.</summary>
    [Id(0)]
    public required IReadOnlyList<SearchItem> Searches { get; init; }

    internal override string Kind => "search";

    internal override bool EndsAtFault => false;

    internal override int? ItemCount => Searches.Count;

    internal override IEnumerable<(string Setting, string Path, bool IsFolder)> Inputs => Searches.SelectMany(item => item.Inputs);

    internal override string NameOf(int item) => Searches[item].Name;

    internal override void Check()
    {
        base.Check();
        if (Searches.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, "The job has no searches; expected at least one.");
        foreach (var item in Searches)
            item.Check();
        if (Searches.GroupBy(item => item.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new EosException(EosErrors.InvalidOption,
                $"Two searches are called '{twice.Key}', and plans are files of these names; expected a name for each.");
    }
}
