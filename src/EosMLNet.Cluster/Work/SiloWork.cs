using EosMLNet.Cluster.Grains;
using EosMLNet.Cluster.Storage;
using EosMLNet.LibTorch;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EosMLNet.Cluster.Work;

/// <summary>The devices of a silo at work, from when the silo is up until it stops.</summary>
internal sealed class SiloWork(
    IGrainFactory grains, SharedFolder shared, IOptions<EosSiloOptions> options, ILocalSiloDetails silo, ILogger<DeviceWorker> log)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource stopping = new(), abandoned = new();
    private Task workers = Task.CompletedTask;

    /// <exception cref="EosException">EOS1001, EOS1013: an option. EOS2001, EOS2002: a device is not there. EOS2003: the shared folder
    /// cannot be written. EOS2014: it is not the one that the other silos share.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        options.Value.Check();
        var devices = options.Value.Devices.Select(name => TorchDevice.Resolve(name)).ToArray();
        if (await EnterAsync(shared.Name(), cancellationToken) is { } fault)
            throw fault.ToException();
        workers = Task.WhenAll(devices.Select(device => Task.Run(
            () => new DeviceWorker(grains, shared, options.Value, silo.Name, device, log).RunAsync(stopping.Token, abandoned.Token),
            CancellationToken.None)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        if (cancellationToken.IsCancellationRequested) // it is to be gone, not to end
            await abandoned.CancelAsync();
        await Task.WhenAny(workers, Task.Delay(Timeout.Infinite, cancellationToken));
        await abandoned.CancelAsync();
    }

    // The list of jobs may have been kept by a silo that is gone, and another one takes its place.
    private async Task<Fault?> EnterAsync(string folder, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await grains.GetGrain<IQueueGrain>(QueueGrain.Key).Enter(folder);
            }
            catch (Exception e) when (e is OrleansException or TimeoutException)
            {
                await Task.Delay(options.Value.Heartbeat, cancellation);
            }
        }
    }

    public void Dispose()
    {
        stopping.Dispose();
        abandoned.Dispose();
    }
}
