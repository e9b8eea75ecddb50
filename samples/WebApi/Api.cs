using EosMLNet.Extensions.AI;
using EosMLNet.Onnx;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.AI;
using OpenTelemetry.Metrics;

namespace WebApi;

/// <summary>The application.</summary>
internal static class Api
{
    private const string Ready = "ready";

    /// <summary>Makes the application, with its model loaded.</summary>
    /// <param name="args">Settings as <c>--Section:Name value</c>.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var limits = builder.Configuration.GetSection("Limits");
        var largest = (limits.Get<Limits>() ?? new()).MaxRequestBytes;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = largest);
        builder.Services.Configure<Limits>(limits);
        // A picture stays in memory: nothing of a client is written to disk.
        builder.Services.Configure<FormOptions>(form => form.MemoryBufferThreshold = int.MaxValue);
        AddModel(builder.Services, builder.Configuration);
        AddTelemetry(builder.Services, builder.Configuration);
        builder.Services.AddHealthChecks().AddCheck<QueueHealth>(Ready, tags: [Ready]);
        builder.Services.Configure<Access>(builder.Configuration.GetSection("Access")).AddSingleton<AccessRules>();
        builder.Services.AddSingleton<AskEndpoints>().AddSingleton<Problems>();
        builder.Services.AddSingleton<IExceptionHandler>(all => all.GetRequiredService<Problems>());
        // What was accepted is answered, for this long.
        var patience = builder.Configuration.GetValue("ShutdownTimeout", TimeSpan.FromSeconds(30));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = patience);

        var app = builder.Build();
        app.UseExceptionHandler(_ => { });
        app.Use(RefuseWhenStoppingAsync);
        app.Use(app.Services.GetRequiredService<AccessRules>().CheckAsync);
        Map(app);
        app.Services.GetRequiredService<AnswerQueue>(); // loads the model before anybody asks
        return app;
    }

    private static void AddModel(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(_ => configuration.GetSection("Model").Get<ModelSettings>()?.Load() ?? new ModelSettings().Load());
        services.AddSingleton(all => new AnswerQueue(
            all.GetRequiredService<OnnxModel>(), configuration.GetSection("Queue").Get<AnswerQueueOptions>()));
        services.AddSingleton<IChatClient>(all => new VisionLanguageChatClient(all.GetRequiredService<AnswerQueue>()));
    }

    // GET /metrics for Prometheus; to a collector where OTEL_EXPORTER_OTLP_ENDPOINT names one.
    private static void AddTelemetry(IServiceCollection services, IConfiguration configuration) =>
        services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter("EosMLNet.Onnx", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");
            metrics.AddPrometheusExporter();
            if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
                metrics.AddOtlpExporter();
        });

    private static void Map(WebApplication app)
    {
        var ask = app.Services.GetRequiredService<AskEndpoints>();
        app.MapGet("/", () => Results.Stream(typeof(Api).Assembly.GetManifestResourceStream("index.html")!, "text/html; charset=utf-8"));
        app.MapPost("/ask", ask.AskAsync);
        app.MapPost("/ask/stream", ask.StreamAsync);
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) });
        app.MapPrometheusScrapingEndpoint();
    }

    private static Task RefuseWhenStoppingAsync(HttpContext context, RequestDelegate next)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        if (!stopping || !HttpMethods.IsPost(context.Request.Method))
            return next(context);
        const string Why = "The server is stopping. Ask again in a second.";
        return Problems.WriteAsync(context, new Problem(StatusCodes.Status503ServiceUnavailable, null, Why));
    }
}
