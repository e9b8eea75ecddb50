using System.Globalization;
using EosMLNet.Execution;
using ScottPlot;
using ScottPlot.MultiplotLayouts;
using SkiaSharp;

namespace Benchmarks.Pictures;

/// <summary>
/// What becomes of an image's tokens under a plan: the image, and beside it what each layer in front of which tokens leave still sees. Each
/// token that is left has a colour and a frame. The patches that it is made of are tinted with it, those of several mixed; what is gone is
/// dark. The number is how many tokens it stands for.
/// </summary>
internal static class TokenMap
{
    private const int Side = 340, Title = 34;
    private const double Tint = 0.62, Dark = 0.72;
    private const float Turn = 0.618034f; // of the colour circle, from one token to the next: neighbours differ

    /// <summary>Draws the picture.</summary>
    /// <param name="file">The PNG file.</param>
    /// <param name="image">The image.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="traces">What the image's tokens are made of behind each site.</param>
    internal static void Save(string file, RgbImage image, ReductionPlan plan, IReadOnlyList<TokenTrace> traces)
    {
        var stages = traces.Where(trace => trace.Site >= 0).GroupBy(trace => plan.Sites[trace.Site].Layer, (layer, same) => (Layer: layer, Trace: same.Last())).ToList();
        using var bitmap = Bitmap(image);
        var plots = new Multiplot();
        plots.AddPlots(1 + stages.Count);
        var grid = stages[0].Trace.Layout.Grid!.Value;
        TokenGrid.Draw(plots.GetPlot(0), bitmap, grid.Rows, grid.Columns, $"{stages[0].Trace.Layout.Count} tokens");
        foreach (var (i, (layer, trace)) in stages.Index())
        {
            var plot = plots.GetPlot(1 + i);
            TokenGrid.Draw(plot, bitmap, grid.Rows, grid.Columns, $"layer {layer} sees {trace.Places.Count}");
            Mark(plot, trace, grid.Rows, grid.Columns);
        }
        foreach (var plot in plots.GetPlots())
            plot.Font.Set("DejaVu Sans"); // where it is missing, another one
        plots.Layout = new Columns();
        plots.SavePng(file, Side * (1 + stages.Count), Side + Title);
    }

    private static void Mark(Plot plot, TokenTrace trace, int rows, int columns)
    {
        Color[] colours = [.. trace.Places.Select((_, token) => Color.FromHSL(token * Turn % 1, 0.95f, 0.55f))];
        for (var patch = 0; patch < rows * columns; patch++)
        {
            double[] parts = [.. trace.Places.Select((_, token) => (double)trace.Mass[token] * trace.Parts[token * trace.Layout.Count + patch])];
            var left = Math.Min(1, parts.Sum());
            TokenGrid.Fill(plot, rows, patch / columns, patch % columns, Colors.Black.WithAlpha(Dark * (1 - left)));
            if (left > 0)
                TokenGrid.Fill(plot, rows, patch / columns, patch % columns, Mixed(colours, parts).WithAlpha(Tint * left));
        }
        foreach (var (token, place) in trace.Places.Index())
        {
            TokenGrid.Frame(plot, rows, place / columns, place % columns, colours[token]);
            var text = plot.Add.Text(trace.Mass[token].ToString("0.#", CultureInfo.InvariantCulture), place % columns + 0.5, rows - place / columns - 0.5);
            (text.LabelAlignment, text.LabelFontSize, text.LabelBold, text.LabelFontColor) = (Alignment.MiddleCenter, 11, true, Colors.White);
            (text.LabelBorderColor, text.LabelBackgroundColor) = (Colors.Transparent, Colors.Black.WithAlpha(0.55));
        }
    }

    private static Color Mixed(IReadOnlyList<Color> colours, IReadOnlyList<double> parts)
    {
        var all = parts.Sum();
        return new Color(Of(colour => colour.R), Of(colour => colour.G), Of(colour => colour.B));

        byte Of(Func<Color, byte> channel) => (byte)Math.Round(colours.Zip(parts, (colour, part) => channel(colour) * part).Sum() / all);
    }

    private static SKBitmap Bitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height);
        var pixels = image.Pixels.Span;
        for (var i = 0; i < image.Width * image.Height; i++)
            bitmap.SetPixel(i % image.Width, i / image.Width, new SKColor(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]));
        return bitmap;
    }
}
