using System.Net;
using EosMLNet.Cluster.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EosMLNet.Cluster;

/// <summary>A silo as a whole program. In a host of your own: <see cref="ClusterHosting"/>.</summary>
public static class ClusterSilo
{
    // For the step or the batch that runs.
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(25);

    /// <summary>Runs a silo until it is cancelled. What it works on then is kept where that is possible, and goes to another silo at
    /// once.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="endpoint">Where it listens.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="log">Told, a line each, what the silo does.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="EosException">EOS1001, EOS1013: an option. EOS2001, EOS2002: a device is not there. EOS2003: the shared folder
    /// cannot be written. EOS2014: it is not the one that the other silos share. EOS2015: Redis cannot be reached.</exception>
    public static async Task RunAsync(ClusterSettings settings, SiloEndpoint endpoint, Action<EosSiloOptions> configure,
        Action<string> log, CancellationToken cancellation)
    {
        endpoint.Check();
        var options = new EosSiloOptions();
        configure(options);
        options.Check();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(new LineLog(log));
        // What Orleans tells of other machines is about their addresses, which belong in nobody's log; its metrics say it in numbers.
        builder.Logging.AddFilter((category, level) =>
            level >= LogLevel.Information && category?.StartsWith(nameof(EosMLNet), StringComparison.Ordinal) == true);
        builder.UseOrleans(silo => silo.UseEosCluster(settings)
            .ConfigureEndpoints(endpoint.Address ?? IPAddress.Loopback, endpoint.Port, endpoint.GatewayPort)
            .AddEosSilo(configure));
        using var host = builder.Build();
        await Reachable.AskAsync(() => host.StartAsync(cancellation));
        log($"The silo works on {string.Join(", ", options.Devices)}.");
        await host.WaitForShutdownAsync(cancellation);
        using var ending = new CancellationTokenSource(Ending);
        await host.StopAsync(ending.Token);
    }
}
