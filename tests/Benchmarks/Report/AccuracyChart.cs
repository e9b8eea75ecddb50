using Benchmarks.Quality;
using ScottPlot;

namespace Benchmarks.Report;

/// <summary>Accuracy against multiply-accumulates, a line for each method.</summary>
internal static class AccuracyChart
{
    private const int Width = 1300, Height = 900;
    private const float Strong = 3.5f, Weak = 1.4f;

    internal static IEnumerable<string> Draw(QualityResults results, string folder)
    {
        var name = $"accuracy-macs-{results.Bench.Subject.Name}.png";
        var methods = results.Of(QualityTrials.Main).Concat(results.Of(QualityTrials.Agnostic)).Where(done => done.Trial.Kind != MethodKind.Unreduced)
            .GroupBy(done => done.Trial.Method).ToList();
        if (methods.Count == 0)
            return [];
        var plot = new Plot();
        var palette = new ScottPlot.Palettes.Category20();
        var markers = new[] { MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.Eks };
        for (var i = 0; i < methods.Count; i++)
        {
            var budgets = methods[i].GroupBy(done => done.Trial.Budget).OrderBy(budget => budget.Average(done => done.Ledger.MacsRatio)).ToList();
            var line = plot.Add.Scatter(
                budgets.Select(budget => 100 * budget.Average(done => done.Ledger.MacsRatio)).ToArray(), budgets.Select(budget => 100 * budget.Average(done => done.Accuracy)).ToArray());
            var kind = methods[i].First().Trial.Kind;
            line.LegendText = methods[i].Key;
            line.LineWidth = kind == MethodKind.Eos ? Strong : Weak;
            line.LinePattern = kind switch { MethodKind.Preset => LinePattern.Solid, MethodKind.Search => LinePattern.Dashed, _ => LinePattern.Solid };
            line.Color = kind == MethodKind.Eos ? (methods[i].Key == QualityTrials.EosName ? Colors.Black : Colors.Gray) : palette.GetColor(i);
            line.MarkerShape = markers[i % markers.Length];
            line.MarkerSize = 8;
        }
        if (results.Unreduced is { } whole)
            plot.Add.HorizontalLine(100 * whole.Accuracy, 1, Colors.Black, LinePattern.Dotted).LegendText = "unreduced";
        plot.Title($"{results.Bench.Subject.Name}: accuracy on unseen images at equal mean visual tokens");
        plot.XLabel("multiply-accumulates, % of the unreduced model's");
        plot.YLabel("accuracy averaged over question families, %");
        plot.ShowLegend(Edge.Right);
        plot.SavePng(Path.Combine(folder, name), Width, Height);
        return [name];
    }
}
