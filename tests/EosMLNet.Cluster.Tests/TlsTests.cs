using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EosMLNet.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace EosMLNet.Cluster.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_is_let_in_and_no_other()
    {
        var (silo, friend) = (Certify("authority", "silo"), Certify("authority", "friend"));
        var (port, gateway) = (FreePort(), FreePort());
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(hosted => hosted.UseLocalhostClustering(port, gateway).UseTls(silo.Apply));
        using var host = builder.Build();
        await host.StartAsync();
        Assert.True(await Reaches(gateway, friend));
        Assert.False(await Reaches(gateway, Certify("stranger", "stranger's")));
        Assert.False(await Reaches(gateway, null));
        await host.StopAsync();
    }

    [Fact]
    public void A_file_that_is_no_certificate_is_named()
    {
        var good = Certify("authority", "silo");
        Refused(good with { Authority = folder["none.pem"] }, EosErrors.FileMissing, "none.pem");
        Refused(good with { Certificate = folder.Write("text.pem", "text") }, EosErrors.InvalidOption, "text.pem");

        static void Refused(TlsFiles files, string code, string says)
        {
            var error = Assert.Throws<EosException>(() => files.Apply(new()));
            Assert.True(error.Code == code && error.Message.Contains(says), error.Message);
        }
    }

    private static async Task<bool> Reaches(int gateway, TlsFiles? tls)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(gateway);
            if (tls is not null)
                client.UseTls(tls.Apply);
        });
        using var host = builder.Build();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await Reachable.AskAsync(() => host.StartAsync(patience.Token));
            await host.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0).GetHosts();
            return true;
        }
        catch (Exception e) when (e is EosException { Code: EosErrors.ClusterUnreachable } or OperationCanceledException)
        {
            return false;
        }
    }

    // A certificate that an authority has signed, which is made where it is not there yet.
    private TlsFiles Certify(string authority, string name)
    {
        var (ca, caKey) = (folder[$"{authority}.pem"], folder[$"{authority}.key"]);
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        if (!File.Exists(ca))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={authority}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using var own = request.CreateSelfSigned(from.AddHours(-1), until.AddHours(1));
            File.WriteAllText(ca, own.ExportCertificatePem());
            File.WriteAllText(caKey, key.ExportPkcs8PrivateKeyPem());
        }
        using var signer = X509Certificate2.CreateFromPemFile(ca, caKey);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest($"CN={name}", pair, HashAlgorithmName.SHA256).Create(signer, from, until, Guid.NewGuid().ToByteArray());
        return new(folder.Write($"{name}.pem", signed.ExportCertificatePem()), folder.Write($"{name}.key", pair.ExportPkcs8PrivateKeyPem()), ca);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
