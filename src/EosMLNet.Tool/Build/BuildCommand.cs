using System.CommandLine;
using EosMLNet.Build.Exchange;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Build;

/// <summary>
/// <c>eos build</c>: the worker of the MSBuild package. It does what a request file says, and speaks in lines that the task understands.
/// </summary>
internal sealed class BuildCommand : EosCommand
{
    private readonly Option<string> request =
        CommonOptions.Required("--request", "FILE", "What to build: the file that the MSBuild task has written.");
    private readonly Option<string?> staging = CommonOptions.Optional("--staging", "NAME",
        "A name for the folders of what is not finished, so that whoever kills this process can remove them.");

    public BuildCommand(EosConsole console)
        : base("build", "Makes one model's artifact for the MSBuild package EosMLNet.Build, which calls this.", console)
    {
        Hidden = true;
        AddOptions(request, staging);
    }

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        using var log = new WorkerLog(Console.Output);
        return (Run(values.GetRequiredValue(request), values.GetValue(staging), new ModelSearch(log), log, cancellation), new { });
    }

    /// <summary>Does what the request says with any kind of search, and writes faults as diagnostics of their place.</summary>
    /// <returns>The exit code.</returns>
    internal static int Run(string requestFile, string? staging, IModelSearch search, WorkerLog log, CancellationToken cancellation)
    {
        var request = ReadRequest(requestFile);
        var runner = new BuildRunner(search, log);
        using var limit = new TimeLimit(request, () => log.Error(request, runner.OutOfTime()), cancellation);
        try
        {
            runner.Run(request, staging ?? Guid.NewGuid().ToString("N"), limit.Cancellation);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (limit.IsOver)
        {
            limit.Tell();
            return ExitCodes.Environment;
        }
        catch (EosException e)
        {
            log.Error(request, e);
            return ExitCodes.Of(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error(request,
                new EosException(EosErrors.CannotWrite,
                    $"'{Path.GetDirectoryName(request[BuildRequest.Output])}' or '{request[BuildRequest.Cache]}' cannot be written: " +
                    $"{e.Message} Check that both are writable and have room."));
            return ExitCodes.Environment;
        }
        catch (Exception e) when (MachineFault.Of(e) is { } fault)
        {
            log.Error(request, fault);
            return ExitCodes.Of(fault);
        }
    }

    private static BuildRequest ReadRequest(string path)
    {
        try
        {
            return BuildRequest.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing,
                $"The request '{path}' cannot be read: {e.Message} It is written by the MSBuild task; `eos search` is the command " +
                "for people.", e);
        }
    }
}
