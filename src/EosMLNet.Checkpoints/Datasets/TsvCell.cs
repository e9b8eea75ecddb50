using System.Globalization;

namespace EosMLNet.Checkpoints;

/// <summary>Texts and numbers as cells of a tab-separated table.</summary>
public static class TsvCell
{
    /// <summary>A text on one line and without tabs: a model may answer anything.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');

    /// <summary>A number with four digits behind the point at most.</summary>
    /// <param name="value">The number.</param>
    public static string Of(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
