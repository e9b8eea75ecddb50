using ScottPlot;
using SkiaSharp;

namespace Benchmarks.Pictures;

/// <summary>An image under the grid of its visual tokens. A token is one unit wide and high; the first row is at the top.</summary>
internal static class TokenGrid
{
    private static LineStyle Thin => new() { Color = Colors.White.WithAlpha(0.35), Width = 1 };

    internal static void Draw(Plot plot, SKBitmap image, int rows, int columns, string title)
    {
        using var large = image.Resize(new SKImageInfo(image.Width * 4, image.Height * 4), SKSamplingOptions.Default); // the nearest pixel: edges stay sharp
        plot.Add.ImageRect(new Image(large), new CoordinateRect(0, columns, 0, rows));
        for (var i = 0; i <= columns; i++)
            plot.Add.Line(i, 0, i, rows).LineStyle = Thin;
        for (var i = 0; i <= rows; i++)
            plot.Add.Line(0, i, columns, i).LineStyle = Thin;
        plot.Title(title, 16);
        plot.Layout.Frameless();
        plot.HideGrid();
        plot.Axes.Title.IsVisible = true;
        plot.Layout.Fixed(new PixelPadding(14, 14, 14, 48));
        plot.Axes.SetLimits(0, columns, 0, rows);
        plot.Axes.Frameless();
        plot.Axes.Title.IsVisible = true;
    }

    /// <summary>Covers a token's patch.</summary>
    internal static void Fill(Plot plot, int rows, int row, int column, Color colour)
    {
        var cell = plot.Add.Rectangle(column, column + 1, rows - 1 - row, rows - row);
        cell.LineWidth = 0;
        cell.FillColor = colour;
    }

    /// <summary>Draws a frame inside a token's patch.</summary>
    internal static void Frame(Plot plot, int rows, int row, int column, Color colour)
    {
        const double Margin = 0.06;
        var frame = plot.Add.Rectangle(column + Margin, column + 1 - Margin, rows - 1 - row + Margin, rows - row - Margin);
        frame.FillColor = Colors.Transparent;
        frame.LineColor = colour;
        frame.LineWidth = 3;
    }
}
