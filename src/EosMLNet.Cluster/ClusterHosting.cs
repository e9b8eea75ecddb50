using EosMLNet.Cluster.Storage;
using EosMLNet.Cluster.Work;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Storage;

namespace EosMLNet.Cluster;

/// <summary>Silos that work on jobs, and clients that submit them, as parts of any host of Orleans.</summary>
public static class ClusterHosting
{
    // A silo that was killed is noticed in some seconds. Orleans' own times are made for garbage collections of minutes.
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(2), Response = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Makes the silo work on jobs. It needs a grain storage named <see cref="EosSiloOptions.Storage"/>: that of
    /// <see cref="UseEosCluster(ISiloBuilder, ClusterSettings)"/>, or another provider's.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Sets the options. Starting the host fails with an <see cref="EosException"/> where they are wrong.</param>
    public static ISiloBuilder AddEosSilo(this ISiloBuilder silo, Action<EosSiloOptions> configure)
    {
        silo.Services.Configure(configure).AddSingleton<SharedFolder>().AddHostedService<SiloWork>();
        return silo;
    }

    /// <summary>Lets the silo find the others through Redis, and keep its state there.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">The cluster.</param>
    /// <exception cref="EosException">EOS1001, EOS1013: the settings are wrong.</exception>
    public static ISiloBuilder UseEosCluster(this ISiloBuilder silo, ClusterSettings settings)
    {
        var redis = settings.RedisOptions();
        silo.UseRedisClustering(options => options.ConfigurationOptions = redis)
            .AddRedisGrainStorage(EosSiloOptions.Storage, options => options.Configure<IServiceProvider>((storage, services) =>
            {
                storage.ConfigurationOptions = redis;
                // Names of types from storage make no objects: only those that are marked for it.
                storage.GrainStorageSerializer = ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(services);
            }))
            .Configure<ClusterOptions>(settings.Apply)
            .Configure<SiloMessagingOptions>(options => options.ResponseTimeout = Response)
            .Configure<ClusterMembershipOptions>(options =>
            {
                (options.ProbeTimeout, options.NumMissedProbesLimit) = (Probe, 2);
                (options.TableRefreshTimeout, options.IAmAliveTablePublishTimeout) = (2 * Probe, 5 * Probe);
                options.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
            });
        if (settings.Tls is { } tls)
            silo.UseTls(tls.Apply);
        return silo;
    }

    /// <summary>Lets the client find the silos through Redis.</summary>
    /// <param name="client">The client.</param>
    /// <param name="settings">The cluster.</param>
    /// <exception cref="EosException">EOS1001, EOS1013: the settings are wrong.</exception>
    public static IClientBuilder UseEosCluster(this IClientBuilder client, ClusterSettings settings)
    {
        var redis = settings.RedisOptions();
        client.UseRedisClustering(options => options.ConfigurationOptions = redis)
            .Configure<ClusterOptions>(settings.Apply)
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = Response);
        if (settings.Tls is { } tls)
            client.UseTls(tls.Apply);
        return client;
    }
}
