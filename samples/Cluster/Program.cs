// A silo in a web host: it works on jobs, and shows Orleans' dashboard at /, metrics at /metrics and its health at /health.
//   EOS_REDIS=localhost:6379 dotnet run --project samples/Cluster -c Release -- --shared DIR [--devices cpu] [--port 11111] [--gateway-port 30000] [--urls http://127.0.0.1:8080]
using ClusterHost;
using EosMLNet.Cluster;
using OpenTelemetry.Metrics;
using Orleans.Dashboard;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
builder.UseOrleans(silo => silo
    .UseEosCluster(new ClusterSettings { Redis = settings["EOS_REDIS"] ?? "localhost:6379" })
    .ConfigureEndpoints(System.Net.IPAddress.Loopback, settings.GetValue("port", 11111), settings.GetValue("gateway-port", 30000))
    .AddEosSilo(options =>
    {
        options.SharedFolder = settings["shared"] ?? throw new InvalidOperationException("--shared DIR is missing.");
        options.Devices = (settings["devices"] ?? "auto").Split(',');
    })
    .AddDashboard());
builder.Services.AddHealthChecks().AddCheck<ClusterHealth>("cluster");
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("EosMLNet.Cluster", "Microsoft.Orleans").AddPrometheusExporter());

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapPrometheusScrapingEndpoint();
app.MapOrleansDashboard();
app.Run();
