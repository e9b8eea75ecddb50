using System.Globalization;

namespace EosMLNet;

/// <summary>How far the answering of rows is.</summary>
/// <param name="Rows">Rows that were answered.</param>
/// <param name="Total">Rows in all; null where the data does not tell.</param>
/// <param name="Elapsed">Time since the first row was asked for.</param>
public sealed record AnswerProgress(long Rows, long? Total, TimeSpan Elapsed)
{
    /// <summary>The time that the other rows will take, as far as those before tell; null where <see cref="Total"/> is.</summary>
    public TimeSpan? Remaining => Total is { } total && Rows > 0 ? Elapsed * (Math.Max(0, total - Rows) / (double)Rows) : null;

    /// <summary>A line for people: "320 of 1000 rows, 32 %, 40 s left".</summary>
    public override string ToString() => Total is not { } total ? string.Create(CultureInfo.InvariantCulture, $"{Rows} rows")
        : string.Create(CultureInfo.InvariantCulture, $"{Rows} of {total} rows, {Math.Floor(100.0 * Rows / Math.Max(1, total)):0} %") +
            string.Create(CultureInfo.InvariantCulture, $", {Math.Round(Remaining?.TotalSeconds ?? 0):0} s left");
}
