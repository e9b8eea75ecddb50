using System.Globalization;
using System.Text;

namespace Fuzz.Report;

/// <summary>The section on hostile files of <c>reliability.md</c>.</summary>
internal static class FuzzSection
{
    internal const string Heading = "## Hostile files";

    internal static string Write(FuzzDocument document)
    {
        var section = new StringBuilder($"""
            {Heading}

            Written by `dotnet run --project tests/Fuzz -c Release -- report`; the numbers are in `reliability.json` beside this page.
            Every reader of a file got inputs that were made of whole files by changes at random, and of those that had gone a new way
            through its code ([ADR 39](../adr/0039-fuzzing.md)). A fault is a process that ends, more than 2 seconds of the processor,
            more than 64 MiB of memory beyond what the file declares, or an exception that is no `EosException`. An edge is a step from
            one block of code to another. What was a fault once is fixed, and its inputs are tests. The goal is 1,000,000 inputs a
            reader: a run goes on where the last one ended.

            The counts up to 4,417,796 inputs in all were added up by hand from the logs of several runs, some with the same seed and before the last
            fixes; later ones go on from there. "Open faults" are those that are known.

            | reader | inputs | of them read | edges | inputs kept as tests | open faults | date |
            |---|---:|---:|---:|---:|---:|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in document.Rows)
        {
            section.Append(CultureInfo.InvariantCulture,
                $"| {row.Reader} | {row.Inputs:N0} | {row.Accepted:N0} | {row.Edges:N0} | {row.Kept} | {row.Open} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.Date:yyyy-MM-dd} |\n");
        }
        section.Append(CultureInfo.InvariantCulture,
            $"| **all** | **{document.Rows.Sum(row => row.Inputs):N0}** | {document.Rows.Sum(row => row.Accepted):N0} | | ")
            .Append(CultureInfo.InvariantCulture,
            $"{document.Rows.Sum(row => row.Kept)} | {document.Rows.Sum(row => row.Open)} | |\n\nMachine: {document.Hardware}.\n");
        return section.ToString();
    }
}
