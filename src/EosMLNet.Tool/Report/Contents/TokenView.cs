namespace EosMLNet.Tool.Report.Contents;

/// <summary>A grid of visual tokens over a picture.</summary>
/// <param name="Picture">The picture's number on the page.</param>
/// <param name="Name">What the grid shows, where there are several; else empty.</param>
/// <param name="Rows">Rows of the grid.</param>
/// <param name="Columns">Columns of the grid.</param>
/// <param name="First">The number of the first token.</param>
/// <param name="Stride">How many tokens a row has, those among them that stand for no place in the picture.</param>
internal sealed record TokenView(int Picture, string Name, int Rows, int Columns, int First, int Stride);
