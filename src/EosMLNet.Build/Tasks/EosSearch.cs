using System.Diagnostics;
using System.Text.RegularExpressions;
using EosMLNet.Build.Exchange;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// Runs the worker for one model, as a process of its own: MSBuild's nodes load no native library, keep no file open, may be those of Visual Studio's .NET Framework, and survive
/// whatever happens to the worker. Cancelling the build kills the worker and its children.
/// </summary>
public sealed class EosSearch : ToolTask
{
    private const int LinesKept = 3;
    private static readonly Regex Progress = new("^##eos (?<importance>high|normal|low): (?<text>.*)$", RegexOptions.CultureInvariant);

    private readonly List<string> firstLines = [];
    private readonly Stopwatch clock = new();
    private readonly string staging = Guid.NewGuid().ToString("N");
    private BuildRequest request = new();
    private bool canceled;

    /// <summary>The request's file, as <see cref="EosPrepare"/> has put it into a property.</summary>
    [Required]
    public string RequestFile { get; set; } = "";

    /// <inheritdoc/>
    protected override string ToolName => Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";

    /// <inheritdoc/>
    protected override MessageImportance StandardOutputLoggingImportance => MessageImportance.High;

    /// <inheritdoc/>
    protected override MessageImportance StandardErrorLoggingImportance => MessageImportance.High;

    private string RequestPath => SafePropertyValue.Decode(RequestFile);

    /// <inheritdoc/>
    public override bool Execute()
    {
        YieldDuringToolExecution = true; // other projects build on meanwhile
        request = BuildRequest.Parse(File.ReadAllText(RequestPath));
        Timeout = int.TryParse(request[BuildRequest.Timeout], out var seconds) && seconds > 0 ? 1000 * seconds : System.Threading.Timeout.Infinite;
        if (!File.Exists(request[BuildRequest.Worker]))
        {
            Fail(EosErrors.WorkerEnded, $"The worker '{request[BuildRequest.Worker]}' does not exist. Restore the package EosMLNet.Build again, or correct EosWorkerPath.");
            return false;
        }
        clock.Start();
        try
        {
            var done = base.Execute();
            if (!done && !canceled && Timeout > 0 && clock.ElapsedMilliseconds >= Timeout)
                Fail(EosErrors.WorkerTimeout, $"The search took longer than the {Timeout / 1000} seconds of EosTimeout and was stopped. Raise EosTimeout, or lower Steps.");
            return done;
        }
        finally
        {
            RemoveStaging();
        }
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
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, ToolName)));
        return candidates.FirstOrDefault(File.Exists) ?? ToolName;
    }

    /// <summary>The request's folder, so that its name alone, without any character that a command line would have to quote, finds it.</summary>
    protected override string GetWorkingDirectory() => Path.GetDirectoryName(RequestPath)!;

    /// <inheritdoc/>
    protected override string GenerateCommandLineCommands() => $"exec {Quoted(request[BuildRequest.Worker])} build --request {Quoted(Path.GetFileName(RequestPath))} --staging {staging}";

    /// <inheritdoc/>
    protected override void LogEventsFromTextOutput(string singleLine, MessageImportance messageImportance)
    {
        var progress = Progress.Match(singleLine);
        if (progress.Success)
            Log.LogMessage(Importance(progress.Groups["importance"].Value), "{0}", progress.Groups["text"].Value);
        else if (!Log.TryLogCanonical(singleLine))
            Remember(singleLine);
    }

    /// <inheritdoc/>
    protected override bool HandleTaskExecutionErrors()
    {
        if (!canceled && !Log.HasLoggedErrors)
            Fail(EosErrors.WorkerEnded, $"The worker ended with exit code {ExitCode} and without a result{(ExitCode == 137 ? ": it was killed, as the system does when memory is short" : "")}. {string.Join(" ", firstLines)}".TrimEnd());
        return false;
    }

    private void Fail(string code, string text)
    {
        if (!Log.TryLogCanonical($"{request[BuildRequest.Origin]} : error {code}: {text.Replace('\n', ' ')}"))
            Log.Error(code, RequestPath, 0, 0, text);
    }

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
