using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>
/// Processes of this program side by side, one a device at a time, each with a search of its own. When one fails, or this process ends,
/// however it does, they end too.
/// </summary>
internal static partial class SearchCrew
{
    // A step ends and the state is written before a process ends by itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>Runs all jobs.</summary>
    /// <param name="devices">What they run on, each on the first that is free.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="line">Told each line that a job writes, and on which device.</param>
    /// <param name="ended">Told of each job that has ended well.</param>
    /// <param name="cancellation">Ends all of them.</param>
    /// <exception cref="EosException">What the first job that failed reported.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static void Run(IReadOnlyList<string> devices, IReadOnlyList<SearchJob> jobs, Action<string, SearchJob, string> line,
        Action<SearchJob> ended, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pending = new ConcurrentQueue<SearchJob>(jobs);
        var failures = new ConcurrentQueue<Exception>();
        var workers = devices.Select(device => new Thread(() =>
        {
            try
            {
                while (!stop.IsCancellationRequested && pending.TryDequeue(out var job))
                {
                    Run(device, job, line, stop.Token);
                    ended(job);
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
                stop.Cancel();
            }
        })).ToArray();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failures.TryDequeue(out var first)) // the others were stopped
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>Cancels when the process that started this one is gone or has had enough: its end of the pipe closes.</summary>
    internal static void EndWithParent(CancellationTokenSource stop) => new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException) // the search was done first
        {
        }
    })
    { IsBackground = true }.Start();

    private static void Run(string device, SearchJob job, Action<string, SearchJob, string> line, CancellationToken stop)
    {
        using var process = Start([.. job.Arguments, "--device", device], CrewNotes.Prefix(device, job).Length);
        using var stopping = stop.Register(process.StandardInput.Close);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var ended = process.WaitForExitAsync(CancellationToken.None);
        var printed = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } text)
                line(device, job, text);
        }, CancellationToken.None);
        Task.WaitAny([ended, Task.Delay(Timeout.Infinite, stop)], CancellationToken.None);
        if (!ended.Wait(Patience, CancellationToken.None))
            process.Kill(entireProcessTree: true);
        Task.WaitAll([ended, printed, error], CancellationToken.None);
        stop.ThrowIfCancellationRequested();
        if (process.ExitCode != ExitCodes.Success)
            throw Failure(device, job, process.ExitCode, error.Result);
    }

    private static Exception Failure(string device, SearchJob job, int exitCode, string error) =>
        exitCode == ExitCodes.Cancelled ? new OperationCanceledException() // Ctrl+C reaches it too, and may do so first
        : Diagnostic().Match(error) is { Success: true } found ? new EosException(found.Groups["code"].Value,
            $"{(found.Groups["place"].Value is "eos" ? "" : $"{found.Groups["place"].Value}: ")}{found.Groups["text"].Value.Trim()} " +
            $"({job.Name}, on {device})")
        : new InvalidOperationException($"The search with {job.Name} on {device} ended with exit code {exitCode}. {error.Trim()}");

    private static Process Start(IReadOnlyList<string> arguments, int prefix)
    {
        // Run by dotnet, or hosted by another program, this one is a library to dotnet; else it is the process's own file.
        var host = Environment.ProcessPath ?? "dotnet";
        var program = typeof(SearchCrew).Assembly;
        var start = Path.GetFileNameWithoutExtension(host) == program.GetName().Name ? new ProcessStartInfo(host, arguments)
            : new ProcessStartInfo(Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [program.Location, .. arguments]);
        (start.UseShellExecute, start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) =
            (false, true, true, true);
        // what stands in front of its lines included, they have the usual width
        start.Environment[EosConsole.WidthVariable] = $"{80 - prefix}";
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"^(?<place>.*?) : error (?<code>EOS\d{4}): (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Diagnostic();
}
