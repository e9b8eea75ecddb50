using System.Globalization;
using Spectre.Console;

namespace EosMLNet.Tool.CommandLine;

/// <summary>Where a command writes: tables and live progress in a terminal, plain lines when redirected, diagnostics in MSBuild's canonical form on the error stream.</summary>
internal sealed class EosConsole
{
    private readonly bool isTerminal;

    /// <param name="output">The results.</param>
    /// <param name="error">The diagnostics.</param>
    /// <param name="isTerminal">Whether somebody is watching: colours and a progress display that redraws itself.</param>
    internal EosConsole(TextWriter output, TextWriter error, bool isTerminal) =>
        (Output, Error, this.isTerminal) = (output, error, isTerminal);

    internal static EosConsole ForThisProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected);

    internal TextWriter Output { get; }
    internal TextWriter Error { get; }

    internal void Line(FormattableString text) => Output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    internal void Table(string title, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)));
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        if (title.Length > 0)
            Output.WriteLine(title);
        if (isTerminal)
            AnsiConsole.Write(table);
        else
            WritePlain(table);
    }

    // Spectre fills lines with spaces up to the table's width; in a file that is noise.
    private void WritePlain(Table table)
    {
        using var text = new StringWriter();
        Plain(text).Write(table);
        foreach (var line in text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            Output.WriteLine(line);
    }

    /// <summary>Runs <paramref name="work"/>, which reports how much is done (0 to 1) and a line of text.</summary>
    internal T Progress<T>(string title, Func<Action<double, string>, T> work) => isTerminal ? LiveProgress(title, work) : LineProgress(title, work);

    /// <summary>Writes <c>eos : error EOS1001: …</c>, which MSBuild and editors recognise. The message stays on one line.</summary>
    internal void Diagnostic(string category, string text) =>
        Error.WriteLine($"eos : {category} {text.ReplaceLineEndings(" ")}");

    private T LiveProgress<T>(string title, Func<Action<double, string>, T> work) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                return work((done, text) =>
                {
                    task.Description = Markup.Escape($"{title}  {text}");
                    task.Value = 100 * done;
                });
            });

    // A line a tenth: enough to see that it lives, not enough to fill a build log.
    private T LineProgress<T>(string title, Func<Action<double, string>, T> work)
    {
        var printed = -1;
        return work((done, text) =>
        {
            var tenth = (int)(10 * done);
            if (Interlocked.Exchange(ref printed, tenth) != tenth)
                Line($"{title}: {done * 100:0} %  {text}");
        });
    }

    private static IAnsiConsole Plain(TextWriter output)
    {
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        plain.Profile.Width = 200; // lines of a file are not wrapped at the width of a screen
        return plain;
    }
}
