using System.CommandLine;
using EosMLNet.Cluster;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary><c>eos cluster status</c>: where jobs stand, and which devices there are.</summary>
internal sealed class StatusCommand : ClientCommand
{
    private readonly Argument<string?> job = new("JOB")
    {
        Description = "The job's name. Default: none, the last twenty and all devices are listed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public StatusCommand(EosConsole console)
        : base("status", "Tells where jobs stand, and which devices there are.", console)
    {
        Add(job);
        AddOptions();
    }

    protected override async Task<object> AskAsync(
        ParseResult values, Func<Task<ClusterJobs>> connect, CancellationToken cancellation)
    {
        var jobs = await connect();
        if (values.GetValue(job) is { } one)
        {
            var status = await jobs.StatusAsync(one);
            Console.Print([status]);
            return status;
        }
        var (all, workers) = (await jobs.ListAsync(), await jobs.WorkersAsync());
        Console.Print(all);
        Console.Table("", ["silo", "device", "works on"],
            workers.Select(worker => new[] { worker.Silo, worker.Device, worker.Work ?? "-" }));
        return new { Jobs = all, Workers = workers };
    }
}
