using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace EosMLNet.Cluster;

/// <summary>
/// Certificates, in PEM. Each end of a connection shows its own, and takes the other end's where the authority has signed it: who has a
/// certificate of the authority is of the cluster.
/// </summary>
/// <param name="Certificate">The file of this machine's certificate.</param>
/// <param name="Key">The file of its private key.</param>
/// <param name="Authority">The file of the authority's certificate.</param>
public sealed record TlsFiles(string Certificate, string Key, string Authority)
{
    internal void Apply(TlsOptions options)
    {
        var (own, authority) = (Read(Certificate, Own), Read(Authority, X509CertificateLoader.LoadCertificateFromFile));
        options.LocalCertificate = own;
        // A client has no other certificate than this one.
        options.LocalClientCertificateSelector = (_, _, _, _, _) => own;
        (options.RemoteCertificateMode, options.ClientCertificateMode) =
            (RemoteCertificateMode.RequireCertificate, RemoteCertificateMode.RequireCertificate);
        options.RemoteCertificateValidation = (certificate, _, _) => IsSigned(certificate, authority);
        // Machines are known by their certificates, not by their names.
        options.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = "eos";
    }

    // Through PFX: a key that was read from PEM cannot be used by Windows.
    private X509Certificate2 Own(string file)
    {
        using var read = X509Certificate2.CreateFromPemFile(file, Key);
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
    }

    private static bool IsSigned(X509Certificate2? certificate, X509Certificate2 authority)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // a private authority has no list
        return chain.Build(certificate);
    }

    private static X509Certificate2 Read(string file, Func<string, X509Certificate2> read)
    {
        try
        {
            using (File.OpenRead(file)) // a missing one is another fault than one that is no certificate
                return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"The certificate '{file}', or its key, cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"The certificate '{file}', or its key, is not one: {e.Message} Expected PEM files of a certificate and its key.", e);
        }
    }
}
