using Benchmarks.Quality;
using ScottPlot;

namespace Benchmarks.Report;

/// <summary>For each budget, the operator of each layer in every plan of the operator search: tokens kept, regime (the colour), γ, τ and δ.</summary>
internal static class OperatorChart
{
    private const int CellWidth = 165, RowHeight = 34, Labels = 330, Frame = 140;

    private static readonly IReadOnlyDictionary<OperatorRegime, Color> Colours = new Dictionary<OperatorRegime, Color>
    {
        [OperatorRegime.Prune] = Color.FromHex("#9ecae1"),
        [OperatorRegime.Merge] = Color.FromHex("#a1d99b"),
        [OperatorRegime.Pool] = Color.FromHex("#fdd0a2"),
        [OperatorRegime.Reweight] = Color.FromHex("#bcbddc"),
        [OperatorRegime.Hybrid] = Color.FromHex("#f7a8b8"),
    };

    internal static IEnumerable<string> Draw(QualityResults results, string folder)
    {
        foreach (var budget in results.Bench.Settings.Budgets)
        {
            var plans = results.Searched.Concat(results.Of(QualityTrials.Agnostic)).Where(done => done.Trial.Budget == budget).Reverse().ToList();
            if (plans.Count == 0)
                continue;
            var name = $"operators-{results.Bench.Subject.Name}-{budget}.png";
            Image(plans, budget).SavePng(Path.Combine(folder, name), Labels + CellWidth * results.Bench.Model.LayerCount, Frame + RowHeight * plans.Count);
            yield return name;
        }
    }

    private static Plot Image(List<Measured> plans, int budget)
    {
        var plot = new Plot();
        for (var row = 0; row < plans.Count; row++)
        {
            var (plan, ledger) = (plans[row].Plan, plans[row].Ledger);
            for (var layer = 0; layer < plan.Model.Layers; layer++)
                Cell(plot, layer, row, ledger.VisualTokensPerLayer[layer], [.. plan.Sites.Where(site => site.Layer == layer)]);
        }
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, plans.Count).Select(i => (double)i)], [.. plans.Select(done => $"{Name(done)}  {100 * done.Accuracy:f1}")]);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, plans[0].Plan.Model.Layers).Select(i => (double)i)], [.. Enumerable.Range(0, plans[0].Plan.Model.Layers).Select(i => $"layer {i}")]);
        plot.Axes.Left.MajorTickStyle.Length = plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.5, plans[0].Plan.Model.Layers - 0.5, -0.5, plans.Count - 0.5);
        plot.HideGrid();
        plot.Title($"Mean visual tokens {budget}: tokens that enter each layer, and what is done in front of it (accuracy in %)");
        foreach (var (regime, colour) in Colours)
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = regime.ToString(), FillColor = colour, MarkerShape = MarkerShape.None });
        plot.Legend.ManualItems.Add(new LegendItem { LabelText = "nothing", FillColor = Colors.White, OutlineColor = Colors.LightGray });
        plot.ShowLegend(Edge.Bottom).Legend.Orientation = Orientation.Horizontal;
        return plot;
    }

    private static void Cell(Plot plot, int layer, int row, double tokens, IReadOnlyList<ReductionSite> sites)
    {
        var cell = plot.Add.Rectangle(layer - 0.48, layer + 0.48, row - 0.44, row + 0.44);
        cell.FillColor = sites.Count == 0 ? Colors.White : Colours[sites[^1].Regime];
        cell.LineColor = Colors.LightGray;
        var text = plot.Add.Text(sites.Count == 0 ? $"{tokens}" : $"{tokens}   {Operator(sites)}", layer, row);
        text.LabelAlignment = Alignment.MiddleCenter;
        text.LabelFontSize = 13;
    }

    // The last site's parameters; earlier ones in front of the same layer are only counted.
    private static string Operator(IReadOnlyList<ReductionSite> sites)
    {
        var site = sites[^1];
        var transfer = site.Transfer == 0 ? "" : FormattableString.Invariant($"γ {site.Transfer:0.##} τ {OperatorTable.Temperature(site)}");
        transfer += site.Diversity == 0 ? "" : FormattableString.Invariant($" δ {site.Diversity:G2}");
        return sites.Count > 1 ? $"{transfer} ({sites.Count} rounds)" : transfer;
    }

    private static string Name(Measured done) => $"{done.Trial.Method} ({done.Trial.Seed})";
}
