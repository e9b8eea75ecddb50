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

        Refused(Pair(kind).Public, NotSigned);
        File.AppendAllText(file, "!");
        Refused(open, NotSigned);
    }

    [Fact]
    public void A_signature_that_is_missing_or_of_another_kind_of_key_is_refused()
    {
        var (secret, open) = Pair("P-256");
        Expect.Error(EosErrors.Signature, () => FileSignature.Verify(file, open), $"The signature of '{file}' cannot be read: ",
            $" Fetch '{file}.sig', or sign the file with `eos sign`.");
        FileSignature.Sign(file, secret);
        Refused(Pair("RSA").Public, NotSigned);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(64, true)]
    [InlineData(1 << 14, true)]
    [InlineData((1 << 14) + 1, false)]
    public void Bytes_that_sign_nothing_are_refused(int count, bool mayBeOne)
    {
        File.WriteAllBytes(file + ".sig", new byte[count]);
        Refused(Pair("P-256").Public, mayBeOne ? NotSigned : $"'{file}.sig' has {count} bytes and is no signature. Fetch it anew.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_refused(string pem)
    {
        NoKey(NoPrivateKey, () => FileSignature.Sign(file, pem));
        NoKey("The key is no public key in PEM on an elliptic curve or of RSA. Write it with `openssl pkey -in key.pem -pubout -out " +
            "public.pem`.", () => FileSignature.Verify(file, pem));
    }

    [Fact]
    public void No_key_at_all_is_the_caller_s_mistake()
    {
        Assert.Throws<ArgumentNullException>("pem", () => FileSignature.Sign(file, null!));
        Assert.Throws<ArgumentNullException>("pem", () => FileSignature.Verify(file, null!));
    }

    [Fact]
    public void A_public_key_and_one_with_a_password_do_not_sign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PbeParameters locked = new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        foreach (var pem in (string[])[key.ExportSubjectPublicKeyInfoPem(), key.ExportEncryptedPkcs8PrivateKeyPem("secret", locked)])
            NoKey(NoPrivateKey, () => FileSignature.Sign(file, pem));
        Assert.False(File.Exists(file + ".sig"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_EOS1001() => Expect.Error(EosErrors.FileMissing,
        () => FileSignature.Verify(folder["nowhere"], Pair("P-256").Public), $"'{folder["nowhere"]}' cannot be opened: ");

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

    private const string NoPrivateKey = "The key is no private key in PEM on an elliptic curve or of RSA, or it has a password. " +
        "Make one with `openssl ecparam -name prime256v1 -genkey -noout -out key.pem`.";

    private string NotSigned => $"'{file}' is not what '{file}.sig' signs with this key: the file was changed, or signed with another " +
        "key. Fetch both anew from where you trust, and check the key.";

    private void Refused(string key, string told)
    {
        var refusal = Assert.Throws<EosException>(() => FileSignature.Verify(file, key));
        Assert.Equal((EosErrors.Signature, told), (refusal.Code, refusal.Detail));
    }

    private static void NoKey(string told, Action use)
    {
        var refusal = Assert.Throws<EosException>(use);
        Assert.Equal((EosErrors.InvalidOption, told), (refusal.Code, refusal.Detail));
    }
}
