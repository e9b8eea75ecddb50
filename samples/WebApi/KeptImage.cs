using EosMLNet.Checkpoints;
using EosMLNet.Onnx;
using EosMLNet.Plans;

namespace WebApi;

/// <summary>How long the visual tokens of one picture stay, for a page that draws them over it.</summary>
/// <param name="Rows">Rows of the grid that they lie on.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Padding">What of the picture the grid covers: <c>Square</c> a square around it, <c>Crop</c> the square in its middle, null
/// the picture.</param>
/// <param name="Tokens">Of each token its row, its column, and the share of the decoder's layers that see it.</param>
internal sealed record KeptImage(int Rows, int Columns, string? Padding, IReadOnlyList<double[]> Tokens)
{
    /// <summary>The pictures of an answer.</summary>
    /// <param name="kept">What the plan's sites leave.</param>
    /// <param name="model">The model.</param>
    public static KeptImage[] Of(IReadOnlyList<KeptTokens> kept, OnnxModel model) =>
        [.. kept.GroupBy(site => site.Image).Select(image => Of([.. image], model.Plan.Model.Layers, model.Processor!.Images.Padding))];

    private static KeptImage Of(KeptTokens[] sites, int layers, ImagePadding? padding)
    {
        var layout = sites[0].Layout;
        var seen = new int[layout.Count];
        for (var layer = 0; layer < layers; layer++)
        {
            var last = sites.LastOrDefault(site => site.Layer <= layer);
            foreach (var place in last?.Places ?? [.. Enumerable.Range(0, layout.Count)])
                seen[place]++;
        }
        var grid = layout.Regions.FirstOrDefault(region => region != VisualRegion.Single, VisualRegion.Single);
        var (rows, columns, indices) = (layout.Rows, layout.Columns, layout.Indices);
        return new(grid.Rows, grid.Columns, padding?.ToString(),
            [.. seen.Select((count, i) => new[] { rows[indices[i]], columns[indices[i]], Math.Round((double)count / layers, 3) })]);
    }
}
