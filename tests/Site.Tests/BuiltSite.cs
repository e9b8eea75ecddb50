using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Site.Tests;

/// <summary>The site, built once by build/site.sh from the libraries beside the tests, and served.</summary>
public sealed class BuiltSite : IAsyncLifetime
{
    private WebApplication? server;

    /// <summary>Where its files are.</summary>
    internal static string Folder => Repository.At("build", "site");

    /// <summary>Exit status and output of the script.</summary>
    internal (int Status, string Output) Built { get; private set; }

    /// <summary>Its address, without a slash at the end.</summary>
    internal string Address => server!.Urls.Single();

    public async Task InitializeAsync()
    {
        Built = SiteFactAttribute.Run("bash", [Repository.At("build", "site.sh"), "--assemblies", AppContext.BaseDirectory]);
        if (Built.Status != 0)
            return;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(Folder) });
        await server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }
}
