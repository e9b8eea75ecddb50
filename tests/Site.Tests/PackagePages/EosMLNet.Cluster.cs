using EosMLNet.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Site.Tests.PackagePages;

#pragma warning disable IDE0051, CA1822 // compiled, not called: it names files of the reader's
/// <summary>What the page of the package EosMLNet.Cluster shows.</summary>
internal static class ClusterPage
{
    private static void Silo(WebApplicationBuilder builder)
    {
        builder.UseOrleans(silo => silo
            .UseEosCluster(new ClusterSettings { Redis = "localhost:6379" })
            .AddEosSilo(options => options.SharedFolder = "/mnt/shared"));
    }

    private static async Task Client()
    {
        await using var client = await ClusterClient.ConnectAsync(new ClusterSettings { Redis = "localhost:6379" });
        var id = await client.Jobs.SubmitAsync(new BatchJob { Model = "llava-1.5-7b-hf", Table = "rows.tsv", Images = "images" });
        Console.WriteLine(await client.Jobs.StatusAsync(id));
    }
}
