using EosMLNet.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EosMLNet.Cluster;

/// <summary>A connection to a cluster. In a host of your own: <see cref="ClusterHosting"/>.</summary>
public sealed class ClusterClient : IAsyncDisposable
{
    private readonly IHost host;

    private ClusterClient(IHost host) => (this.host, Jobs) = (host, new(host.Services.GetRequiredService<IClusterClient>()));

    /// <summary>The cluster's jobs.</summary>
    public ClusterJobs Jobs { get; }

    /// <summary>Connects to a cluster.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="EosException">EOS1001, EOS1013: the settings are wrong. EOS2015: Redis cannot be reached, or no silo
    /// answers.</exception>
    public static async Task<ClusterClient> ConnectAsync(ClusterSettings settings, CancellationToken cancellation = default)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client => client.UseEosCluster(settings));
        var host = builder.Build();
        try
        {
            await Reachable.AskAsync(() => host.StartAsync(cancellation));
            return new(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
