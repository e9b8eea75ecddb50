using System.Security.Cryptography;
using System.Text;

namespace EosMLNet.Build.Exchange;

/// <summary>SHA-256 in lower-case hexadecimal.</summary>
internal static class FileHash
{
    internal static string Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        using var hash = SHA256.Create();
        return Hex(hash.ComputeHash(stream));
    }

    internal static string OfText(string text)
    {
        using var hash = SHA256.Create();
        return Hex(hash.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }

    private static string Hex(byte[] bytes) => string.Concat(bytes.Select(b => b.ToString("x2")));
}
