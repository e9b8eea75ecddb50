using EosMLNet;
using EosMLNet.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ClusterHost;

/// <summary>Whether the cluster answers, and somebody works in it.</summary>
internal sealed class ClusterHealth(IGrainFactory grains) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var devices = (await new ClusterJobs(grains).WorkersAsync()).Count;
            return devices > 0 ? HealthCheckResult.Healthy($"{devices} devices.") : HealthCheckResult.Degraded("No device works.");
        }
        catch (EosException e)
        {
            return HealthCheckResult.Unhealthy(e.Code);
        }
    }
}
