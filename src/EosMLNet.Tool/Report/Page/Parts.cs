using System.Globalization;

namespace EosMLNet.Tool.Report.Page;

/// <summary>Parts that several sections of the page have: tables, and charts with their numbers.</summary>
internal static class Parts
{
    /// <summary>A time with as many digits as it is worth.</summary>
    internal static string Milliseconds(double time) =>
        time.ToString(time >= 100 ? "0" : time >= 1 ? "0.0" : "0.00#", CultureInfo.InvariantCulture);

    /// <summary>A table that can be scrolled sideways where it is wider than the page.</summary>
    /// <param name="name">What it is called by those who cannot see it.</param>
    /// <param name="columns">The headings; the first column names the rows.</param>
    /// <param name="rows">The cells.</param>
    internal static Html Table(string name, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows) => Html.Of(
        $"""
        <div class="scroll" role="region" tabindex="0" aria-label="{name}"><table>
        <thead><tr>{columns.Select(column => Html.Of($"""<th scope="col">{column}</th>"""))}</tr></thead>
        <tbody>{rows.Select(row => Html.Of(
            $"""<tr><th scope="row">{row[0]}</th>{row.Skip(1).Select(cell => Html.Of($"<td>{cell}</td>"))}</tr>"""))}</tbody>
        </table></div>

        """);

    /// <summary>A chart, drawn by the page's script, and its numbers as a table.</summary>
    /// <param name="id">The name by which the script knows it.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="inWords">What it shows, for those who cannot see it.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="numbers">The table; empty where it stands on the page anyway.</param>
    internal static Html Chart(string id, string title, string inWords, string caption, Html numbers) => Html.Of(
        $"""
        <figure class="chart"><h3>{title}</h3>
        <div class="plot" id="{id}" role="img" aria-label="{inWords}"></div>
        <figcaption>{caption}</figcaption>
        {(numbers.Markup is { Length: > 0 } ? Html.Of($"<details><summary>Numbers of this chart</summary>{numbers}</details>") : numbers)}
        </figure>

        """);
}
