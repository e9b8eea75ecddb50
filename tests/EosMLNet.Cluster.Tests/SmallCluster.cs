using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace EosMLNet.Cluster.Tests;

/// <summary>Silos in this process that share the folder of a <see cref="TinyModel"/>, with short leases and a storage that outlives them.</summary>
internal sealed class SmallCluster : IAsyncDisposable
{
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly InProcessTestCluster cluster;

    private SmallCluster(InProcessTestCluster cluster, string folder) => (this.cluster, Folder, Jobs) = (cluster, folder, new(cluster.Client));

    internal string Folder { get; }

    internal ClusterJobs Jobs { get; }

    internal IGrainFactory Grains => cluster.Client;

    /// <param name="folder">The shared folder.</param>
    /// <param name="silos">How many silos there are.</param>
    /// <param name="works">Whether they work; without, a test takes their place.</param>
    internal static async Task<SmallCluster> StartAsync(string folder, short silos = 1, bool works = true)
    {
        var storage = new KeptStorage();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            storage.AddTo(silo);
            silo.AddEosSilo(options =>
            {
                (options.SharedFolder, options.Devices) = (folder, ["cpu"]);
                (options.Lease, options.Heartbeat, options.Idle) =
                    (Lease, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(20));
            });
            silo.Configure<ClusterMembershipOptions>(options => (options.ProbeTimeout, options.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 1));
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
            if (!works)
                silo.Services.Remove(silo.Services.Last(service => service.ImplementationType?.Name == "SiloWork"));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster, folder);
    }

    /// <summary>Lets a silo be gone, and another one come.</summary>
    internal async Task KillOneAsync()
    {
        await cluster.KillSiloAsync(cluster.Silos[^1]);
        await cluster.StartAdditionalSiloAsync();
    }

    /// <summary>Waits until something holds of a job.</summary>
    internal async Task<JobStatus> WaitAsync(string job, Func<JobStatus, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            var status = await StatusAsync(job, patience.Token);
            if (holds(status))
                return status;
            await Task.Delay(20, patience.Token);
        }
    }

    internal Task<JobStatus> EndAsync(string job) => WaitAsync(job, status => status.IsOver);

    /// <summary>Waits until a job's folder holds nothing but results.</summary>
    internal async Task<string[]> ResultsAsync(string job)
    {
        var folder = Path.Combine(Folder, "jobs", job);
        for (var i = 0; i < 200 && Directory.Exists(Path.Combine(folder, "work")); i++)
            await Task.Delay(20);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)] : [];
    }

    // A silo that was killed may be asked before it is known to be gone.
    private async Task<JobStatus> StatusAsync(string job, CancellationToken patience)
    {
        while (true)
        {
            try
            {
                return await Jobs.StatusAsync(job);
            }
            catch (EosException e) when (e.Code == EosErrors.ClusterUnreachable && !patience.IsCancellationRequested)
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
    }
}
