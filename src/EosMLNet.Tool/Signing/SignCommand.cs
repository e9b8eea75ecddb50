using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Signing;

/// <summary><c>eos sign</c>: signs files with a private key.</summary>
internal sealed class SignCommand(EosConsole console) : SigningCommand(
    "sign", "Signs files with your private key: FILE.sig beside each, as openssl dgst -sha256 -sign writes it.",
    "The private key, on an elliptic curve or of RSA, without a password.", console)
{
    protected override string Do(string file, string pem) => $"Signature written to {FileSignature.Sign(file, pem)}";
}
