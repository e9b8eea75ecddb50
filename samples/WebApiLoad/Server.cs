using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WebApiLoad;

/// <summary>The sample WebApi in a process of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process process;

    private Server(Process process, Uri address) => (this.process, Address) = (process, address);

    /// <summary>Where its program is built, beside this one.</summary>
    public static string Beside => AppContext.BaseDirectory.Replace(nameof(WebApiLoad), "WebApi", StringComparison.Ordinal);

    public Uri Address { get; }

    /// <summary>Its memory, in megabytes.</summary>
    public double Megabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>The time that processors have worked for it.</summary>
    public TimeSpan Worked
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="folder">The folder of its program.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="settings">Settings beside those of its file.</param>
    public static async Task<Server> StartAsync(string folder, int port = 0, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{(port == 0 ? FreePort() : port)}");
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(folder, "WebApi.dll"), "--urls", $"{address}", "--Logging:LogLevel:Default", "Warning", .. settings]);
        var server = new Server(Process.Start(start)!, address);
        using var client = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                if ((await client.GetAsync("health/ready")).IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException) when (!server.process.HasExited)
            {
            }
            await Task.Delay(50);
        }
    }

    /// <summary>Asks it to stop, or kills it, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(bool kill)
    {
        using (var ender = Process.Start("kill", [kill ? "-KILL" : "-TERM", $"{process.Id}"]))
            await ender.WaitForExitAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await EndAsync(kill: false);
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
