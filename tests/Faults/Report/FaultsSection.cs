using System.Globalization;
using System.Text;
using Faults.Cases;
using Faults.Kills;

namespace Faults.Report;

/// <summary>The section on faults of <c>reliability.md</c>.</summary>
internal static class FaultsSection
{
    internal const string Heading = "## Faults";

    private const int LongestWords = 240;

    internal static string Write(FaultsDocument document)
    {
        var section = new StringBuilder($"""
            {Heading}

            Written by `dotnet run --project tests/Faults -c Release -- report`; the numbers are in `reliability.json` beside this page.

            ### Kills

            Work is done over and over in a process, which is killed (SIGKILL) at a random moment. Then every file of the output must be
            that of an unbroken run to the byte, or absent; a file that says how long something took must open instead. The next process
            works in the same folder. Its first run must come to its end with nobody's help, and leave exactly the files of an unbroken
            run: what kills have left behind is gone then, in the output, in the cache, and in the folder for temporary files. The goal is
            1,000 kills in all: a run goes on where the last one ended.

            | what was killed | kills | runs to the end | files whole | temporary ones, removed by the next run | open faults | date |
            |---|---:|---:|---:|---:|---:|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in document.Kills)
            section.Append(Kills(row.Does, [row], $"{row.Date:yyyy-MM-dd}"));
        section.Append(Kills("**all**", document.Kills, "")).Append('\n');
        foreach (var row in document.Kills.Where(row => row.Refused > 0))
        {
            section.Append(CultureInfo.InvariantCulture, $"Of {row.Does}, {row.Refused:N0} files were half, and refused with EOS4003. ")
                .Append("Save to another name and rename it, or use `SaveWithoutLoading`, which writes whole files.\n\n");
        }
        section.Append("""
            ### Other faults

            Each was done once, on its date. "Code" is what the program said, with its exit code behind it. Where it failed, no file was
            new, changed or gone in the folder of its output afterwards.

            | what | what was done | what happened | code | holds |
            |---|---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var row in document.Cases)
        {
            var code = string.Join(", ", new[] { row.Code, row.ExitCode?.ToString(CultureInfo.InvariantCulture) }.OfType<string>());
            section.Append(CultureInfo.InvariantCulture, $"| {row.Area} | {row.Done} | {Cell(row)} | {code} | {Holds(row)} |\n");
        }
        var (held, dates) = (document.Cases.Count(row => row.Holds == true), document.Cases.Select(row => row.Date).DefaultIfEmpty());
        return section.Append(CultureInfo.InvariantCulture,
            $"\n{held} of {document.Cases.Count} hold, from {dates.Min():yyyy-MM-dd} to {dates.Max():yyyy-MM-dd}. ")
            .Append(CultureInfo.InvariantCulture, $"Machine: {document.Hardware}.\n").ToString();
    }

    private static string Kills(string what, IReadOnlyList<KillState> rows, string date)
    {
        var (whole, faults) = (rows.Sum(row => row.Files - row.Refused), rows.Sum(row => row.Faults.Count));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {rows.Sum(row => row.Kills):N0} | {rows.Sum(row => row.Ended):N0} | {whole:N0} | ")
            + string.Create(CultureInfo.InvariantCulture, $"{rows.Sum(row => row.Left):N0} | {faults} | {date} |\n");
    }

    private static string Holds(CaseResult row) => row.Holds switch { true => "yes", false => "**no**", null => "not tried" };

    private static string Cell(CaseResult row)
    {
        var text = row.Happened.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal);
        return text.Length > LongestWords ? text[..LongestWords] + " …" : text;
    }
}
