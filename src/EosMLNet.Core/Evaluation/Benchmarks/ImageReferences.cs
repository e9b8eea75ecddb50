namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>
/// The images of a table's rows, some of which name the row that has theirs, before or behind them. Rows are asked for in their order.
/// </summary>
internal sealed class ImageReferences(BenchmarkBuilder builder, IReadOnlyList<TsvRow> rows)
{
    private readonly Dictionary<string, IReadOnlyList<int>> seen = [];
    private readonly Dictionary<string, TsvRow> first = rows.DistinctBy(row => row.Text("index")).ToDictionary(row => row.Text("index"));

    /// <summary>The indices of the row's images in the benchmark.</summary>
    /// <exception cref="EosException">EOS1011: the row has no image and names no row that leads to one.</exception>
    internal IReadOnlyList<int> Of(TsvRow row) => seen[row.Text("index")] = row.OwnImages(builder) ?? Named(row);

    private IReadOnlyList<int> Named(TsvRow row)
    {
        if (seen.TryGetValue(row.Text("image"), out var before))
            return before;
        var visited = new HashSet<TsvRow>();
        for (var next = row; visited.Add(next);)
        {
            if (!first.TryGetValue(next.Text("image"), out next!))
                break;
            if (next.OwnImages(builder) is { } images)
                return images;
        }
        throw row.Bad($"'image' is '{row.Text("image")}', which is neither an image in Base64 nor the index of a row that has one");
    }
}
