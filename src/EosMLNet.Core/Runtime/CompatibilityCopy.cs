using System.Security.Cryptography;

namespace EosMLNet.Runtime;

/// <summary>
/// A copy of libLibTorchSharp.so that loads where libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04, RHEL 9). The original asks for the
/// symbol version GLIBCXX_3.4.32 but uses no symbol of it; in the copy that one version need is flagged weak, which the loader then ignores.
/// Only files whose SHA-256 is known are adjusted.
/// </summary>
internal static class CompatibilityCopy
{
    private const byte WeakVersionFlag = 2; // VER_FLG_WEAK

    // SHA-256 of the original -> file offset of the Vernaux entry's vna_flags for GLIBCXX_3.4.32.
    private static readonly Dictionary<string, long> KnownFiles = new()
    {
        ["cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8"] = 0x3fa34, // TorchSharp 0.107.0, linux-x64
    };

    /// <summary>The LibTorchSharp that the regular probing found but could not load, or null.</summary>
    internal static string? FindOriginal()
    {
        var nativeFolders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return nativeFolders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
            .Select(folder => Path.Combine(folder, "libLibTorchSharp.so"))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>The adjusted copy's path (made now, or by an earlier process), or null when the file is not a known one.</summary>
    internal static string? Make(string original)
    {
        var bytes = File.ReadAllBytes(original);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (!KnownFiles.TryGetValue(hash, out var offset))
            return null;
        bytes[offset] |= WeakVersionFlag;

        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "eosmlnet");
        Directory.CreateDirectory(cache);
        var copy = Path.Combine(cache, $"libLibTorchSharp-{hash}.so");
        if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(bytes))
            return copy;
        var temporary = Path.Combine(cache, $"{Guid.NewGuid():N}.tmp");
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, copy, overwrite: true); // atomic: a concurrent process sees the old copy or the new one
        return copy;
    }
}
