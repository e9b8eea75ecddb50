using System.Globalization;

namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// Where a command writes: results as lines and tables, progress as a line that is written anew in a terminal and as plain lines
/// elsewhere, diagnostics in MSBuild's canonical form on the error stream.
/// </summary>
internal sealed class EosConsole
{
    /// <summary>The variable by which a process says how wide the lines may be of one that it starts.</summary>
    internal const string WidthVariable = "EOS_LINE_WIDTH";

    private const int PlainWidth = 80, Narrowest = 20;

    private readonly Lock gate = new();
    private readonly Func<int> width;
    private readonly bool errorIsTerminal, isAscii;
    private ProgressDisplay? live;

    /// <param name="output">The results.</param>
    /// <param name="error">The diagnostics.</param>
    /// <param name="isTerminal">Whether somebody is watching the results: progress is then a line that redraws itself.</param>
    /// <param name="width">How many characters a line has; <see langword="null"/> for 80.</param>
    /// <param name="errorIsTerminal">The same of the diagnostics.</param>
    /// <param name="isAscii">Whether who reads them may know ASCII alone.</param>
    internal EosConsole(TextWriter output, TextWriter error, bool isTerminal, Func<int>? width = null, bool errorIsTerminal = false,
        bool isAscii = false)
    {
        (Output, Machine, Error, IsTerminal, this.errorIsTerminal, this.width, this.isAscii) =
            (output, output, error, isTerminal, errorIsTerminal, width ?? (() => PlainWidth), isAscii);
        Text = new(output.Encoding, isAscii);
    }

    internal static EosConsole ForThisProcess()
    {
        var plain = int.TryParse(Environment.GetEnvironmentVariable(WidthVariable), NumberStyles.None, CultureInfo.InvariantCulture,
            out var asked) ? asked : PlainWidth;
        return new(Console.Out, Console.Error, !Console.IsOutputRedirected,
            () => Console.IsOutputRedirected && Console.IsErrorRedirected ? plain : TerminalWidth(), !Console.IsErrorRedirected,
            TerminalLocale.IsAscii);
    }

    /// <summary>What people read.</summary>
    internal TextWriter Output { get; private set; }

    /// <summary>What machines read, where they are given standard output.</summary>
    internal TextWriter Machine { get; }

    internal TextWriter Error { get; }

    /// <summary>Whether somebody is watching <see cref="Output"/>.</summary>
    internal bool IsTerminal { get; private set; }

    /// <summary>Text as <see cref="Output"/> can carry it.</summary>
    internal PlainText Text { get; private set; }

    /// <summary>How many characters a line may have.</summary>
    internal int Width => Math.Max(Narrowest, IsTerminal ? width() : Math.Min(PlainWidth, width()));

    /// <summary>Leaves standard output to machines: what people read goes to the error stream.</summary>
    internal void LeaveOutputToMachines()
    {
        (Output, IsTerminal) = (Error, errorIsTerminal);
        Text = new(Error.Encoding, isAscii);
    }

    internal void Line(FormattableString text) => Exclusively(() =>
    {
        live?.Erase();
        // A terminal would break lines within words. What goes to a file or another program is left whole.
        foreach (var line in IsTerminal ? TextTable.Broken(Text.Of(text.ToString(CultureInfo.InvariantCulture)), Width)
            : [Text.Of(text.ToString(CultureInfo.InvariantCulture))])
            Output.WriteLine(line);
    });

    internal void Table(string title, string[] columns, IEnumerable<string[]> rows) => Exclusively(() =>
    {
        live?.Erase();
        foreach (var line in title.Length > 0 ? TextTable.Broken(Text.Of(title), Width) : [])
            Output.WriteLine(line);
        string[][] cells = [.. rows.Select(row => row.Select(Text.Of).ToArray())];
        foreach (var line in TextTable.Lines([.. columns.Select(Text.Of)], cells, Width, Text.Of("─")))
            Output.WriteLine(line);
    });

    /// <summary>Runs <paramref name="work"/>, which tells how far it is.</summary>
    /// <param name="title">What is done, in words.</param>
    /// <param name="work">The work; it is given what shows its progress.</param>
    internal T Progress<T>(string title, Func<ProgressDisplay, T> work)
    {
        using var display = live = new ProgressDisplay(this, title);
        try
        {
            var result = work(display);
            display.Finish();
            return result;
        }
        finally
        {
            live = null;
        }
    }

    /// <summary>Runs <paramref name="work"/>, which takes a while and does not tell how far it is.</summary>
    internal T While<T>(string title, Func<T> work) => Progress(title, _ => work());

    /// <summary>The same.</summary>
    internal void While(string title, Action work) => While(title, () =>
    {
        work();
        return true;
    });

    /// <summary>Lets nobody else write meanwhile.</summary>
    internal void Exclusively(Action write)
    {
        lock (gate)
            write();
    }

    /// <summary>Writes <c>eos : error EOS1001: …</c>, which MSBuild and editors recognise. The message stays on one line.</summary>
    /// <param name="category">error or warning.</param>
    /// <param name="text">The code and the message.</param>
    /// <param name="place">The file, and where in it; <see langword="null"/> where the fault lies in none.</param>
    internal void Diagnostic(string category, string text, string? place = null) => Exclusively(() =>
    {
        live?.Erase();
        Error.WriteLine(new PlainText(Error.Encoding, isAscii).Of($"{place ?? "eos"} : {category} {text.ReplaceLineEndings(" ")}"));
    });

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var columns ? columns : PlainWidth;
        }
        catch (IOException) // no window
        {
            return PlainWidth;
        }
    }
}
