using System.CommandLine;
using EosMLNet.Cluster;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary><c>eos cluster cancel</c>: cancels a job.</summary>
internal sealed class CancelCommand : ClientCommand
{
    private readonly Argument<string> job = new("JOB") { Description = "The job's name." };

    public CancelCommand(EosConsole console)
        : base("cancel", "Cancels a job: it stops within seconds, and leaves no results.", console)
    {
        Add(job);
        AddOptions();
    }

    protected override async Task<object> AskAsync(
        ParseResult values, Func<Task<ClusterJobs>> connect, CancellationToken cancellation)
    {
        var (jobs, id) = (await connect(), values.GetRequiredValue(job));
        await jobs.CancelAsync(id);
        var status = await jobs.StatusAsync(id);
        Console.Print([status]);
        return status;
    }
}
