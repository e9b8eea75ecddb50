using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EosMLNet.Build.Exchange;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// Runs the worker for one model, as a process of its own: MSBuild's nodes load no native library, keep no file open, may be those of
/// Visual Studio's .NET Framework, and survive whatever happens to the worker. Cancelling the build kills the worker and its children.
/// </summary>
public sealed class EosSearch : ToolTask
{
    private const int LinesKept = 3;
    // The worker itself ends in time; one that hangs in native code is killed so much later.
    private const int SecondsOfGrace = 30;
    private static readonly Regex Spoken = new(
        "^##eos (?<kind>high|normal|low|result|activity|progress (?<share>[0-9.]+) (?<seconds>[0-9-]+) (?<phase>[a-z ]+)): (?<text>.*)$",
        RegexOptions.CultureInvariant);

    private readonly List<string> firstLines = [], results = [];
    private readonly List<Diagnostic> diagnostics = [];
    private readonly Stopwatch clock = new();
    private readonly string staging = Guid.NewGuid().ToString("N");
    private BuildRequest request = new();
    private SearchLines? lines;
    private bool canceled;

    /// <summary>The request's file, as <see cref="EosPrepare"/> has put it into a property.</summary>
    [Required]
    public string RequestFile { get; set; } = "";

    /// <summary>The model's project, in which this task runs.</summary>
    public string Project { get; set; } = "";

    /// <summary>Whether the build is shown by the terminal logger (MSBuild's own property says <c>1</c>).</summary>
    public string TerminalLogger { get; set; } = "";

    /// <summary>Errors and warnings, for <see cref="EosReport"/>: the worker's failure does not fail this task.</summary>
    [Output]
    public ITaskItem[] Diagnostics { get; set; } = [];

    /// <inheritdoc/>
    protected override string ToolName => Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    private string ModelName => Path.GetFileNameWithoutExtension(Project);

    private SearchLines Lines => lines ??=
        new SearchLines(Log, ModelName, TerminalLogger == "1" && BuildEngine is IBuildEngine3 engine ? new LiveLine(engine) : null);

    private string RequestPath => SafePropertyValue.Decode(RequestFile);

    /// <inheritdoc/>
    public override bool Execute()
    {
        YieldDuringToolExecution = true; // other projects build on meanwhile
        request = BuildRequest.Parse(File.ReadAllText(RequestPath));
        var seconds = Number(BuildRequest.Timeout);
        Timeout = seconds > 0 ? 1000 * Math.Min(seconds + SecondsOfGrace, int.MaxValue / 1000) : System.Threading.Timeout.Infinite;
        if (!File.Exists(request[BuildRequest.Worker]))
            Fail(EosErrors.WorkerEnded,
                $"The worker '{request[BuildRequest.Worker]}' does not exist. Restore the package EosMLNet.Build again, or correct " +
                "EosWorkerPath.");
        else
            RunWorker(seconds);
        Diagnostics = [.. diagnostics.Select(diagnostic => diagnostic.ToItem())];
        return !canceled;
    }

    private void RunWorker(int seconds)
    {
        clock.Start();
        try
        {
            var done = base.Execute();
            if (!done && !canceled && Timeout > 0 && clock.ElapsedMilliseconds >= Timeout)
                Fail(EosErrors.WorkerTimeout,
                    $"The search took longer than the {seconds} seconds of EosTimeout, did not end by itself and was stopped. " +
                    "Raise EosTimeout, or lower Steps.");
            else if (!done && !canceled && !diagnostics.Any(diagnostic => diagnostic.IsError))
            {
                var killed = ExitCode == 137 ? ": it was killed, as the system does when memory is short" : "";
                var told = string.Join(" ", firstLines);
                Fail(EosErrors.WorkerEnded, $"The worker ended with exit code {ExitCode} and without a result{killed}. {told}".TrimEnd());
            }
            else if (done && results.Count > 0)
                LogResult();
        }
        finally
        {
            RemoveStaging();
        }
    }

    // As the SDK says it of a project, so that the terminal logger, which shows no other message, shows this one.
    private void LogResult()
    {
        var lines = string.Concat(results.Select(line => $"\n    {line}"));
        Log.LogMessage(MessageImportance.High, "{0}", $"{ModelName} -> {ArtifactPaths.Artifact(request[BuildRequest.Output])}{lines}");
    }

    /// <inheritdoc/>
    public override void Cancel()
    {
        canceled = true;
        base.Cancel();
    }

    /// <inheritdoc/>
    protected override string GenerateFullPathToTool()
    {
        var candidates = new[] { request[BuildRequest.Host], Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "" }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0)
                .Select(folder => Path.Combine(folder, ToolName)));
        return candidates.FirstOrDefault(File.Exists) ?? ToolName;
    }

    /// <summary>
    /// The request's folder, so that its name alone, without any character that a command line would have to quote, finds it.
    /// </summary>
    protected override string GetWorkingDirectory() => Path.GetDirectoryName(RequestPath)!;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands() =>
        $"exec {Quoted(request[BuildRequest.Worker])} build --request {Quoted(Path.GetFileName(RequestPath))} --staging {staging}";

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        var spoken = Spoken.Match(singleLine);
        if (spoken.Success)
            Hear(spoken);
        else if (Diagnostic.Parse(singleLine) is { } diagnostic)
            diagnostics.Add(diagnostic);
        else
            Remember(singleLine);
    }

    private void Hear(Match spoken)
    {
        string Part(string name) => spoken.Groups[name].Value;
        if (spoken.Groups["share"].Success)
        {
            int? seconds = int.TryParse(Part("seconds"), NumberStyles.None, CultureInfo.InvariantCulture, out var left) ? left : null;
            var share = double.Parse(Part("share"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            Lines.Progress(Part("phase"), share, seconds, Part("text"));
        }
        else if (Part("kind") == "result")
            results.Add(Part("text"));
        else if (Part("kind") == "activity")
            Lines.Activity(Part("text"));
        else
            Lines.Message(Importance(Part("kind")), Part("text"));
    }

    /// <summary>Its faults are told by <see cref="RunWorker"/>.</summary>
    protected override bool HandleTaskExecutionErrors() => false;

    private void Fail(string code, string text)
    {
        var (line, column) = (Number(BuildRequest.OriginLine), Number(BuildRequest.OriginColumn));
        diagnostics.Add(new(true, code, request[BuildRequest.Origin], line, column, text.Replace('\n', ' ')));
    }

    private int Number(string name) =>
        int.TryParse(request[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // Whatever the worker prints beside its own lines, such as an exception with its trace: its beginning goes into the error.
    private void Remember(string line)
    {
        Log.LogMessage(MessageImportance.Normal, "{0}", line);
        if (firstLines.Count < LinesKept && line.Trim().Length > 0)
            firstLines.Add(line.Trim());
    }

    private static MessageImportance Importance(string name) => name switch
    {
        "high" => MessageImportance.High,
        "normal" => MessageImportance.Normal,
        _ => MessageImportance.Low,
    };

    // What a worker that was killed had not finished; one that ended by itself has left nothing.
    private void RemoveStaging()
    {
        foreach (var place in new[] { Path.GetDirectoryName(request[BuildRequest.Output]), request[BuildRequest.Cache] })
        {
            try
            {
                if (Directory.Exists(place))
                    foreach (var folder in Directory.GetDirectories(place, $"~*{staging}"))
                        Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.LogMessage(MessageImportance.Normal, "{0}", e.Message);
            }
        }
    }

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\\\"")}\"";
}
