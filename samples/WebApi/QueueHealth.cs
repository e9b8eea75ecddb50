using EosMLNet.Onnx;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebApi;

/// <summary>Whether questions are taken: unhealthy while the server stops, degraded while the queue is full.</summary>
internal sealed class QueueHealth(AnswerQueue queue, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(queue.IsClosed || lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The server is stopping.")
            : queue.IsFull ? HealthCheckResult.Degraded("Too many questions are waiting.")
            : HealthCheckResult.Healthy());
}
