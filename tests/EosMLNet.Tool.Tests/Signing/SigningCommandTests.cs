using System.Security.Cryptography;

namespace EosMLNet.Tool.Tests.Signing;

public sealed class SigningCommandTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task A_plan_that_was_signed_is_verified_and_one_that_was_changed_is_EOS4010()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(folder["public.pem"], key.ExportSubjectPublicKeyInfoPem());
        File.Copy(tiny.Plan(4), folder["plan.json"]);
        var signed = await EosRun.Of("sign", folder["plan.json"], "--key", folder["key.pem"]);
        signed.MustSucceed();
        Assert.Contains($"Signature written to {folder["plan.json.sig"]}", signed.Output);
        var verified = await EosRun.Of("verify", folder["plan.json"], "--key", folder["public.pem"]);
        verified.MustSucceed();
        Assert.Contains("is what was signed", verified.Output);

        File.AppendAllText(folder["plan.json"], "\n");
        var refused = await EosRun.Of("verify", folder["plan.json"], "--key", folder["public.pem"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("eos : error EOS4010: ", refused.Error);
        Assert.StartsWith("eos : error EOS1001: The key ", (await EosRun.Of("sign", folder["plan.json"], "--key", folder["nowhere.pem"])).Error);
        Assert.StartsWith("eos : error EOS1013: The key is no private key", (await EosRun.Of("sign", folder["plan.json"], "--key", folder["public.pem"])).Error);
    }
}
