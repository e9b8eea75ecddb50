namespace EosMLNet.Tests.Latency;

/// <summary>Latency tables that nobody measured.</summary>
internal static class LatencySample
{
    /// <summary>A table with random numbers that fulfils all rules: 32 text tokens, batch 1.</summary>
    public static LatencyTable Random(PlanModel model, int seed)
    {
        var random = new Random(seed);
        IReadOnlyList<int> layerTokens = LatencyGrid.Of(model.VisualTokens, fine: true), siteTokens = LatencyGrid.Of(model.VisualTokens, fine: false);
        var layer = Rising(layerTokens.Count);
        var prune = Surface(null);
        var (transfer, diverse) = (Surface(prune), Surface(prune));
        return Table(model, new LatencyProfile
        {
            TextTokens = 32,
            Batch = 1,
            Rest = random.NextDouble(),
            LayerTokens = layerTokens,
            Layer = layer,
            WeightedLayer = [.. layer.Zip(Rising(layerTokens.Count), (x, more) => x + more)],
            SiteTokens = siteTokens,
            Sites = new Dictionary<LatencySiteKind, IReadOnlyList<IReadOnlyList<double>>>
            {
                [LatencySiteKind.Prune] = prune,
                [LatencySiteKind.Transfer] = transfer,
                [LatencySiteKind.Diverse] = diverse,
                [LatencySiteKind.DiverseTransfer] = Surface([.. transfer.Zip(diverse, (a, b) => a.Zip(b, Math.Max).ToArray())]),
            },
            Criteria = Enum.GetValues<ScoreCriterion>().ToDictionary(criterion => criterion, _ => (IReadOnlyList<double>)Rising(siteTokens.Count)),
            Nearest = Rising(siteTokens.Count),
            Reweight = Rising(siteTokens.Count),
            ProportionalAttention = Rising(siteTokens.Count),
        });

        double[] Rising(int count)
        {
            var (sum, scale) = (0.0, random.NextDouble());
            return [.. Enumerable.Range(0, count).Select(_ => sum += scale * random.NextDouble())];
        }

        double[][] Surface(double[][]? least) => [.. siteTokens.Select((_, row) => Enumerable.Range(0, row + 1).Select(column => (least?[row][column] ?? 0) + random.NextDouble()).ToArray())];
    }

    /// <summary>A table in whose like a layer takes 1 ms and 10 µs for each token, a site as long as so many layers without tokens, and the rest nothing.</summary>
    public static LatencyTable Plain(PlanModel model, double site)
    {
        IReadOnlyList<int> grid = [.. new[] { 1, model.VisualTokens }.Distinct()];
        IReadOnlyList<IReadOnlyList<double>> surface = [.. grid.Select((_, row) => (IReadOnlyList<double>)[.. Enumerable.Repeat(site * 1e-3, row + 1)])];
        double[] layer = [.. grid.Select(tokens => 1e-3 + 1e-5 * tokens)], none = [.. grid.Select(_ => 0.0)];
        return Table(model, new LatencyProfile
        {
            TextTokens = 32,
            Batch = 1,
            Rest = 0,
            LayerTokens = grid,
            Layer = layer,
            WeightedLayer = layer,
            SiteTokens = grid,
            Sites = Enum.GetValues<LatencySiteKind>().ToDictionary(kind => kind, _ => surface),
            Criteria = Enum.GetValues<ScoreCriterion>().ToDictionary(criterion => criterion, _ => (IReadOnlyList<double>)none),
            Nearest = none,
            Reweight = none,
            ProportionalAttention = none,
        });
    }

    private static LatencyTable Table(PlanModel model, LatencyProfile profile) => new()
    {
        Target = new LatencyTarget
        {
            Family = model.Family,
            Layers = model.Layers,
            VisualTokens = model.VisualTokens,
            HiddenSize = model.HiddenSize,
            IntermediateSize = model.IntermediateSize,
            Heads = model.Heads,
            KeyValueHeads = model.KeyValueHeads,
            HeadSize = model.HeadSize,
            Vocabulary = 300,
            DataType = "Float32",
            Device = "a stopwatch",
        },
        Profiles = [profile],
    };
}
