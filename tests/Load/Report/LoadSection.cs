using System.Globalization;
using System.Text;

namespace Load.Report;

/// <summary>The section on load of <c>reliability.md</c>.</summary>
internal static class LoadSection
{
    internal const string Heading = "## Load";

    internal static string Write(LoadDocument document)
    {
        var section = new StringBuilder($"""
            {Heading}

            Written by `dotnet run --project tests/Load -c Release -- run`; the numbers are in `reliability.json` beside this page. scenes-llava under a
            published method (FastV, 48 visual tokens) is asked 200 questions over and over. An answer is right where it is that of one question
            at a time. "Given up" are requests that were refused as they should be, or that their client left. "Resident" is the memory that
            the process has of the machine's, with what the C library keeps of what was freed. "In use" are the blocks that are allocated in
            the C library and what the collector has found alive; of another process it is not known, nor of runs before 30 November 2026. Growth
            is the slope of a straight line through the least memory of each minute, behind the first quarter of the time, with its 95 % interval.
            Tensors and sessions are counted when everything is disposed.

            | load | minutes | right | given up | models loaded | faults | resident, MB | growth, MB an hour | in use, MB | growth, MB an hour | tensors, sessions left | date |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in document.Rows)
        {
            section.Append(CultureInfo.InvariantCulture, $"| {row.Does} | {row.Minutes:0.#} | {row.Right:N0} | {row.Refused:N0} | {row.Loaded:N0} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.Faults.Count} | {row.Resident.Range} | {row.Resident.Growth} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.InUse?.Range} | {row.InUse?.Growth} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.Tensors}, {row.Sessions} | {row.Date:yyyy-MM-dd} |\n");
        }
        section.Append('\n');
        foreach (var row in document.Rows.Where(row => row.Faults.Count > 0))
            section.Append(CultureInfo.InvariantCulture, $"Faults of {row.Does}: {string.Join("; ", row.Faults.Take(5))}.\n\n");
        foreach (var machine in document.Rows.GroupBy(row => row.Hardware))
            section.Append(CultureInfo.InvariantCulture, $"Machine: {machine.Key} ({string.Join(", ", machine.Select(row => row.Kind))}).\n");
        return section.ToString();
    }
}
