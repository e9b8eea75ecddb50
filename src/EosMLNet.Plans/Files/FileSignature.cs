using System.Security.Cryptography;

namespace EosMLNet.Files;

/// <summary>
/// Detached signatures: who has a private key vouches for the bytes of a file, in <c>FILE.sig</c> beside it. The format is that of
/// <c>openssl dgst -sha256 -sign</c>, with keys on elliptic curves or RSA, so that either can make and check the other's.
/// </summary>
public static class FileSignature
{
    /// <summary>What is behind a file's name in that of its signature.</summary>
    public const string Ending = ".sig";

    private const int LargestSignature = 1 << 14;
    private const string PrivateKeyLabel = "PRIVATE KEY-----"; // of all that are imported: PKCS #8, EC and RSA

    /// <summary>Signs a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="privateKeyPem">A private key in PEM, without a password.</param>
    /// <returns>The path of the signature.</returns>
    /// <exception cref="EosException">EOS1001: the file is missing. EOS1013: the key is none. EOS2003: the signature cannot be
    /// written.</exception>
    public static string Sign(string path, string privateKeyPem)
    {
        using var key = Key(privateKeyPem, isPrivate: true);
        using var file = Opened(path);
        var signature = key switch
        {
            ECDsa curve => curve.SignData(file, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            _ => ((RSA)key).SignData(file, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        AtomicFile.Write(path + Ending, stream => stream.Write(signature));
        return path + Ending;
    }

    /// <summary>
    /// Makes sure that a file is what the owner of a key has signed. Do it before the file is read, and where nobody else may write.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="publicKeyPem">The public key in PEM.</param>
    /// <exception cref="EosException">EOS1001: the file is missing. EOS1013: the key is none. EOS4010: the file has no signature, or not
    /// this key's, or was changed.</exception>
    public static void Verify(string path, string publicKeyPem)
    {
        using var key = Key(publicKeyPem, isPrivate: false);
        using var file = Opened(path);
        var signature = Signature(path);
        var isGenuine = key switch
        {
            ECDsa curve => curve.VerifyData(file, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            _ => ((RSA)key).VerifyData(file, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        if (!isGenuine)
        {
            throw new EosException(EosErrors.Signature,
                $"'{path}' is not what '{path}{Ending}' signs with this key: the file was changed, or signed with another key. Fetch " +
                "both anew from where you trust, and check the key.");
        }
    }

    private static byte[] Signature(string path)
    {
        try
        {
            using var stream = File.OpenRead(path + Ending);
            if (stream.Length is 0 or > LargestSignature)
                throw new EosException(EosErrors.Signature,
                    $"'{path}{Ending}' has {stream.Length} bytes and is no signature. Fetch it anew.");
            var signature = new byte[stream.Length];
            stream.ReadExactly(signature);
            return signature;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.Signature,
                $"The signature of '{path}' cannot be read: {e.Message} Fetch '{path}{Ending}', or sign the file with `eos sign`.", e);
        }
    }

    private static FileStream Opened(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.FileMissing, $"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    private static AsymmetricAlgorithm Key(string pem, bool isPrivate)
    {
        ArgumentNullException.ThrowIfNull(pem);
        foreach (var create in (Func<AsymmetricAlgorithm>[])[ECDsa.Create, RSA.Create])
        {
            var key = create();
            try
            {
                key.ImportFromPem(pem);
                if (!isPrivate || pem.Contains(PrivateKeyLabel, StringComparison.Ordinal))
                    return key;
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
            }
            key.Dispose();
        }
        throw new EosException(EosErrors.InvalidOption, isPrivate
            ? "The key is no private key in PEM on an elliptic curve or of RSA, or it has a password. Make one with " +
                "`openssl ecparam -name prime256v1 -genkey -noout -out key.pem`."
            : "The key is no public key in PEM on an elliptic curve or of RSA. Write it with " +
                "`openssl pkey -in key.pem -pubout -out public.pem`.");
    }
}
