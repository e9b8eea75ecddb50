namespace EosMLNet.Plans;

/// <summary>
/// What a latency table must fulfil to be read between its points. Each rule names the entry that breaks it, as a path into the file.
/// </summary>
internal static class LatencyRules
{
    private const int MostOfAnything = 1 << 20, MostPoints = 256, MostProfiles = 256;
    private const double MostSeconds = 1e6;

    /// <exception cref="EosException">EOS4007: an entry is out of its range, or contradicts another.</exception>
    internal static void Check(LatencyTable table, string source)
    {
        Require(table.Version == LatencyTable.CurrentVersion, source, "version",
            $"is {table.Version}, but this library reads version {LatencyTable.CurrentVersion}; measure anew");
        CheckTarget(table.Target, source);
        Require(table.Profiles.Count is >= 1 and <= MostProfiles, source, "profiles",
            $"has {table.Profiles.Count} entries, expected 1 to {MostProfiles}");
        for (var i = 0; i < table.Profiles.Count; i++)
        {
            var path = $"profiles[{i}]";
            Require(table.Profiles[i] is not null, source, path, "is null, expected the measurements of a prompt length and a batch");
            CheckProfile(table.Profiles[i], table.Target.VisualTokens,
                (entry, holds, text) => Require(holds, source, $"{path}.{entry}", text));
            var first = table.Profiles[0];
            Require(first.LayerTokens.SequenceEqual(table.Profiles[i].LayerTokens)
                && first.SiteTokens.SequenceEqual(table.Profiles[i].SiteTokens)
                && first.Criteria.Keys.ToHashSet().SetEquals(table.Profiles[i].Criteria.Keys), source, path,
                "was measured with other token counts or criteria than profiles[0]");
        }
        Require(table.Profiles.DistinctBy(profile => (profile.TextTokens, profile.Batch)).Count() == table.Profiles.Count, source,
            "profiles", "has the same text tokens and batch twice");
    }

    private static void CheckTarget(LatencyTarget target, string source)
    {
        foreach (var (name, value) in new[]
        {
            ("layers", target.Layers), ("visualTokens", target.VisualTokens), ("hiddenSize", target.HiddenSize),
            ("intermediateSize", target.IntermediateSize),
            ("heads", target.Heads), ("keyValueHeads", target.KeyValueHeads), ("headSize", target.HeadSize),
            ("vocabulary", target.Vocabulary),
        })
        {
            Require(value is >= 1 and <= MostOfAnything, source, $"target.{name}", $"is {value}, expected 1 to {MostOfAnything}");
        }
    }

    private static void CheckProfile(LatencyProfile profile, int visualTokens, Action<string, bool, string> require)
    {
        require("textTokens", profile.TextTokens is >= 1 and <= MostOfAnything, $"is {profile.TextTokens}, expected 1 to {MostOfAnything}");
        require("batch", profile.Batch is >= 1 and <= MostOfAnything, $"is {profile.Batch}, expected 1 to {MostOfAnything}");
        Grid("layerTokens", profile.LayerTokens);
        Grid("siteTokens", profile.SiteTokens);
        Row("rest", [profile.Rest], 1);
        Row("scales", [profile.LayerScale, profile.SiteScale, profile.Residual], 3);
        Row("layer", profile.Layer, profile.LayerTokens.Count);
        Rising("layer", profile.Layer);
        Row("weightedLayer", profile.WeightedLayer, profile.LayerTokens.Count);
        Rising("weightedLayer", profile.WeightedLayer);
        require("weightedLayer", profile.WeightedLayer.Zip(profile.Layer).All(x => x.First >= x.Second), "is below layer somewhere");
        foreach (var kind in Enum.GetValues<LatencySiteKind>())
        {
            var name = $"sites.{kind}";
            require(name, profile.Sites.GetValueOrDefault(kind)?.Count == profile.SiteTokens.Count,
                $"has {profile.Sites.GetValueOrDefault(kind)?.Count ?? 0} rows, expected {profile.SiteTokens.Count}");
            for (var row = 0; row < profile.SiteTokens.Count; row++)
            {
                Row(name, profile.Sites[kind][row], row + 1);
                // What a site does more takes no less time: a search reckons with the dearest site, its plan may do with less.
                require(name,
                    kind == LatencySiteKind.Prune
                        || Cheaper(kind).All(less => profile.Sites[less][row].Zip(profile.Sites[kind][row]).All(x => x.First <= x.Second)),
                        $"is below a kind that does less, in row {row}");
            }
        }
        require("criteria", profile.Criteria.Keys.All(Enum.IsDefined), "has an unknown criterion");
        foreach (var (criterion, row) in profile.Criteria)
            Row($"criteria.{criterion}", row, profile.SiteTokens.Count);
        Row("nearest", profile.Nearest, profile.SiteTokens.Count);
        Row("reweight", profile.Reweight, profile.SiteTokens.Count);
        Row("proportionalAttention", profile.ProportionalAttention, profile.SiteTokens.Count);

        void Grid(string name, IReadOnlyList<int> grid) =>
            require(name,
                grid.Count is >= 1 and <= MostPoints && grid[0] == 1 && grid[^1] == visualTokens
                    && grid.Zip(grid.Skip(1)).All(x => x.First < x.Second),
                $"has {grid.Count} counts, expected at most {MostPoints}, ascending from 1 to the {visualTokens} visual tokens");

        void Row(string name, IReadOnlyList<double>? row, int count) =>
            require(name, row?.Count == count && row.All(x => x is >= 0 and <= MostSeconds),
            $"has {row?.Count ?? 0} values, expected {count} from 0 to {MostSeconds}");

        void Rising(string name, IReadOnlyList<double> row) =>
            require(name, row.Zip(row.Skip(1)).All(x => x.First <= x.Second), "falls somewhere, expected values that never do");
    }

    private static LatencySiteKind[] Cheaper(LatencySiteKind kind) =>
        kind == LatencySiteKind.DiverseTransfer ? [LatencySiteKind.Transfer, LatencySiteKind.Diverse] : [LatencySiteKind.Prune];

    private static void Require(bool condition, string source, string entry, string text)
    {
        if (!condition)
            throw new EosException(EosErrors.LatencyTable, $"{source}: '{entry}' {text}.");
    }
}
