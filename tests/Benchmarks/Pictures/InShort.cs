using ScottPlot;
using ScottPlot.MultiplotLayouts;
using SkiaSharp;

namespace Benchmarks.Pictures;

/// <summary>Three pictures side by side: an image, its kept tokens, and accuracy against cost.</summary>
internal static class InShort
{
    private const int Width = 1500, Height = 440;

    // The best hand-made methods at the four budgets, and the simplest.
    private static readonly (string Method, string Colour, MarkerShape Marker)[] HandMade =
    [
        ("DivPrune", "#0072b2", MarkerShape.FilledSquare), ("ToMe", "#009e73", MarkerShape.FilledTriangleUp), ("VisionZip", "#cc79a7", MarkerShape.FilledDiamond),
        ("FastV", "#d55e00", MarkerShape.FilledTriangleDown), ("2-D pool", "#7f7f7f", MarkerShape.OpenCircle),
    ];

    internal static void Save(string file, byte[] png, double[,] kept, int questions, (IReadOnlyList<Curve> Methods, double Unreduced) quality)
    {
        var plots = new Multiplot();
        plots.AddPlots(3);
        var (all, left, chart) = (plots.GetPlot(0), plots.GetPlot(1), plots.GetPlot(2));
        Show(all, png, kept, $"An image: {kept.Length} visual tokens");
        Show(left, png, kept, $"Kept: {kept.Cast<double>().Sum():0}, here for {questions} questions");
        Darken(left, kept);
        Draw(chart, quality);
        var layout = new CustomGrid();
        layout.Set(all, new GridCell(0, 0, 1, 18, 1, 5));
        layout.Set(left, new GridCell(0, 5, 1, 18, 1, 5));
        layout.Set(chart, new GridCell(0, 10, 1, 18, 1, 8));
        foreach (var plot in plots.GetPlots())
            plot.Font.Set("DejaVu Sans"); // where it is missing, another one
        plots.Layout = layout;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        plots.SavePng(file, Width, Height);
    }

    private static void Show(Plot plot, byte[] png, double[,] kept, string title)
    {
        using var image = SKBitmap.Decode(png);
        TokenGrid.Draw(plot, image, kept.GetLength(0), kept.GetLength(1), title);
    }

    private static void Darken(Plot plot, double[,] kept)
    {
        var most = kept.Cast<double>().Max();
        for (var row = 0; row < kept.GetLength(0); row++)
        {
            for (var column = 0; column < kept.GetLength(1); column++)
            {
                var share = kept[row, column] / most;
                TokenGrid.Fill(plot, kept.GetLength(0), row, column, Colors.Black.WithAlpha(0.72 * (1 - Math.Sqrt(share))));
                if (share > 0)
                    TokenGrid.Frame(plot, kept.GetLength(0), row, column, Color.FromHex("#ffd400").WithAlpha(0.25 + 0.75 * share));
            }
        }
    }

    private static void Draw(Plot plot, (IReadOnlyList<Curve> Methods, double Unreduced) quality)
    {
        foreach (var (method, colour, marker) in HandMade)
            Line(plot, quality.Methods.Single(curve => curve.Name == method), method, Color.FromHex(colour), marker, 2);
        Line(plot, quality.Methods.Single(curve => curve.Name == "EOS"), "searched (EOS)", Colors.Black, MarkerShape.FilledCircle, 4);
        plot.Add.HorizontalLine(quality.Unreduced, 1.5f, Colors.Black, LinePattern.Dotted).LegendText = "unreduced";
        plot.Title("Accuracy on questions that no search saw", 16);
        plot.XLabel("multiply-accumulates, % of the unreduced model's", 14);
        plot.YLabel("accuracy, %", 14);
        plot.Axes.SetLimitsY(0, 103);
        plot.ShowLegend(Alignment.LowerRight).FontSize = 13;
    }

    private static void Line(Plot plot, Curve curve, string name, Color colour, MarkerShape marker, float width)
    {
        var line = plot.Add.Scatter(curve.Macs, curve.Accuracies, colour);
        (line.LegendText, line.LineWidth, line.MarkerShape, line.MarkerSize) = (name, width, marker, 9);
    }
}
