using System.Diagnostics;
using System.Security.Cryptography;
using EosMLNet.Files;

namespace EosMLNet.Tests.Files;

public sealed class FileSignatureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string file;

    public FileSignatureTests() => File.WriteAllText(file = folder["vqa.zip"], "a saved model");

    public static TheoryData<string> Kinds => ["P-256", "P-384", "RSA"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_signed_is_verified_and_what_was_changed_is_not(string kind)
    {
        var (secret, open) = Pair(kind);
        Assert.Equal(file + ".sig", FileSignature.Sign(file, secret));
        FileSignature.Verify(file, open);
        FileSignature.Verify(file, secret); // which has the public key in it

        Refused(Pair(kind).Public, "signed with another key");
        File.AppendAllText(file, "!");
        Refused(open, "the file was changed");
    }

    [Fact]
    public void A_signature_that_is_missing_damaged_or_of_another_kind_of_key_is_refused()
    {
        var (secret, open) = Pair("P-256");
        Refused(open, "cannot be read");
        FileSignature.Sign(file, secret);
        Refused(Pair("RSA").Public, "signed with another key");
        foreach (var bytes in (byte[][])[[], [0x30], new byte[64], new byte[1 << 20]])
        {
            File.WriteAllBytes(file + ".sig", bytes);
            Refused(open, "");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_refused(string pem)
    {
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => FileSignature.Sign(file, pem)).Code);
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => FileSignature.Verify(file, pem)).Code);
    }

    [Fact]
    public void A_public_key_and_one_with_a_password_do_not_sign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var pem in (string[])[key.ExportSubjectPublicKeyInfoPem(), key.ExportEncryptedPkcs8PrivateKeyPem("secret", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000))])
            Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => FileSignature.Sign(file, pem)).Code);
        Assert.False(File.Exists(file + ".sig"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_EOS1001() =>
        Assert.Equal(EosErrors.FileMissing, Assert.Throws<EosException>(() => FileSignature.Verify(folder["nowhere"], Pair("P-256").Public)).Code);

    // Where openssl is installed; it is on the machines that build this.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Openssl_checks_ours_and_we_check_its(string kind)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/openssl"))
            return;
        var (secret, open) = Pair(kind);
        File.WriteAllText(folder["key.pem"], secret);
        File.WriteAllText(folder["public.pem"], open);
        FileSignature.Sign(file, secret);
        Assert.Equal(0, OpenSsl("dgst", "-sha256", "-verify", folder["public.pem"], "-signature", file + ".sig", file));
        File.Delete(file + ".sig");
        Assert.Equal(0, OpenSsl("dgst", "-sha256", "-sign", folder["key.pem"], "-out", file + ".sig", file));
        FileSignature.Verify(file, open);
    }

    public void Dispose() => folder.Dispose();

    private static int OpenSsl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/openssl", arguments) { RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static (string Private, string Public) Pair(string kind)
    {
        using AsymmetricAlgorithm key = kind == "RSA" ? RSA.Create(2048) : ECDsa.Create(kind == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
        return (key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
    }

    private void Refused(string key, string told)
    {
        var refusal = Assert.Throws<EosException>(() => FileSignature.Verify(file, key));
        Assert.Equal(EosErrors.Signature, refusal.Code);
        Assert.Contains(told, refusal.Message);
    }
}
