using System.CommandLine;
using System.Net;
using EosMLNet.Cluster;
using EosMLNet.LibTorch;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary><c>eos cluster silo</c>: works on jobs until it is stopped.</summary>
internal sealed class SiloCommand : EosCommand
{
    private static readonly SiloEndpoint Usual = new();
    private static readonly EosSiloOptions Defaults = new();

    private readonly ConnectionOptions connection = new();
    private readonly Option<string> shared = CommonOptions.Required("--shared", "DIR",
        "The folder that all machines share: models and data lie in it, results are written to it.");
    private readonly Option<string[]> devices = new("--devices")
    {
        HelpName = "NAME",
        Description = "The devices that it works on, such as cpu or cuda:0 cuda:1. Default: auto, a GPU where there is one.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. Defaults.Devices],
    };
    private readonly Option<string?> address = CommonOptions.Optional("--address", "IP",
        "The address that other machines reach this one at. Default: none, only this machine reaches it.");
    private readonly Option<int> port = CommonOptions.Default("--port", "N", Usual.Port, "The port for other silos.");
    private readonly Option<int> gateway = CommonOptions.Default("--gateway-port", "N", Usual.GatewayPort, "The port for clients.");
    private readonly Option<double> lease = CommonOptions.Default("--lease", "SECONDS", Defaults.Lease.TotalSeconds,
        "After how long without a sign of life a device's work goes to another one; the same on all silos.");
    private readonly Option<string?> libTorch = CommonOptions.LibTorch();

    public SiloCommand(EosConsole console)
        : base("silo", "Works on the jobs of a cluster until it is stopped.", console) =>
        AddOptions([shared, devices, address, port, gateway, lease, .. connection.All, libTorch]);

    protected override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        var (settings, endpoint) = (connection.Of(values), Endpoint(values));
        if (endpoint.Address is not null && settings.Tls is null)
            Console.Line($"Note: connections are not encrypted, and whoever reaches the silo may use it; --certificate changes both.");
        Console.While("Loading libtorch", () => TorchRuntime.EnsureLoaded(values.GetValue(libTorch)));
        ClusterSilo.RunAsync(settings, endpoint, options =>
        {
            (options.SharedFolder, options.Devices) = (values.GetRequiredValue(shared), values.GetRequiredValue(devices));
            options.Lease = TimeSpan.FromSeconds(values.GetValue(lease));
        }, text => Console.Line($"{text}"), cancellation).GetAwaiter().GetResult();
        Console.Line($"The silo has stopped.");
        return (ExitCodes.Success, new { });
    }

    private SiloEndpoint Endpoint(ParseResult values) => new(
        values.GetValue(address) is not { } text ? null
            : IPAddress.TryParse(text, out var parsed) ? parsed
            : throw new EosException(EosErrors.InvalidOption, $"{address.Name} is '{text}'; expected an IP address."),
        values.GetValue(port), values.GetValue(gateway));
}
