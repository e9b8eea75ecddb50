using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Signing;

/// <summary><c>eos verify</c>: makes sure that files are what the owner of a key has signed.</summary>
internal sealed class VerifyCommand(EosConsole console) : SigningCommand(
    "verify", "Makes sure that files are what the owner of a key has signed, by the FILE.sig beside each.", "The public key.", console)
{
    protected override string Do(string file, string pem)
    {
        FileSignature.Verify(file, pem);
        return $"{file} is what was signed";
    }
}
