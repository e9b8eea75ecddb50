using System.CommandLine;
using EosMLNet.Cluster;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary>A command that asks a cluster.</summary>
internal abstract class ClientCommand : EosCommand
{
    private readonly ConnectionOptions connection = new();

    protected ClientCommand(string name, string description, EosConsole console)
        : base(name, description, console)
    {
    }

    protected sealed override void AddOptions(params IEnumerable<Option> options) => base.AddOptions([.. options, .. connection.All]);

    protected sealed override (int, object) Run(ParseResult values, CancellationToken cancellation) =>
        (ExitCodes.Success, RunAsync(values, cancellation).GetAwaiter().GetResult());

    /// <summary>Asks the cluster.</summary>
    /// <returns>What <c>--json</c> writes.</returns>
    protected abstract Task<object> AskAsync(ParseResult values, Func<Task<ClusterJobs>> connect, CancellationToken cancellation);

    // Connected only when the command has read its files.
    private async Task<object> RunAsync(ParseResult values, CancellationToken cancellation)
    {
        ClusterClient? client = null;
        try
        {
            return await AskAsync(values,
                async () => (client = await ClusterClient.ConnectAsync(connection.Of(values), cancellation)).Jobs, cancellation);
        }
        finally
        {
            if (client is not null)
                await client.DisposeAsync();
        }
    }
}
