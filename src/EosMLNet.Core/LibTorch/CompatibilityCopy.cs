using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EosMLNet.LibTorch;

/// <summary>
/// A copy of libLibTorchSharp.so that loads where libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04, RHEL 9). The original asks for
/// the symbol version GLIBCXX_3.4.32 but uses no symbol of it; in the copy that one version need is flagged weak, which the loader then
/// ignores. Only files whose SHA-256 is known are adjusted (build/docs/adr/0005).
/// </summary>
internal static class CompatibilityCopy
{
    private const byte WeakVersionFlag = 2; // VER_FLG_WEAK

    // SHA-256 of the original -> file offset of the Vernaux entry's vna_flags for GLIBCXX_3.4.32.
    private static readonly Dictionary<string, long> KnownFiles = new()
    {
        ["cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8"] = 0x3fa34, // TorchSharp 0.107.0, linux-x64
    };

    /// <summary>The LibTorchSharp that the regular probing finds, or null.</summary>
    internal static string? FindOriginal()
    {
        var nativeFolders = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return nativeFolders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Beside(AppContext.BaseDirectory))
            .Concat(Beside(Path.GetDirectoryName(typeof(TorchSharp.torch).Assembly.Location) ?? "")) // a plugin's folder
            .Select(folder => Path.Combine(folder, ExistingLibTorch.FileName("LibTorchSharp")))
            .FirstOrDefault(File.Exists);

        static IEnumerable<string> Beside(string folder) =>
            folder.Length == 0 ? [] : [folder, Path.Combine(folder, "runtimes", "linux-x64", "native")];
    }

    /// <summary>
    /// Loads the adjusted copy of <paramref name="original"/>; 0 when the file is not a known one or the copy does not load either.
    /// </summary>
    internal static nint Load(string original)
    {
        var bytes = File.ReadAllBytes(original);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (!KnownFiles.TryGetValue(hash, out var offset))
            return 0;
        bytes[offset] |= WeakVersionFlag;
        return TryCached(bytes, hash, out var handle) ? handle : LoadOnce(bytes);
    }

    /// <summary>The folder of the cached copy, kept from one process to the next.</summary>
    internal static string CacheFolder =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "eosmlnet");

    /// <summary>
    /// Writes the copy into <paramref name="folder"/> unless it is there with exactly these bytes. Safe between processes: each sees a
    /// whole old copy or a whole new one.
    /// </summary>
    internal static string Store(byte[] bytes, string hash, string folder)
    {
        var copy = Path.Combine(folder, $"libLibTorchSharp-{hash}.so");
        if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(bytes))
            AtomicFile.Write(copy, stream => stream.Write(bytes));
        return copy;
    }

    private static bool TryCached(byte[] bytes, string hash, out nint handle)
    {
        handle = 0;
        try
        {
            return Path.IsPathRooted(CacheFolder) && NativeLibrary.TryLoad(Store(bytes, hash, CacheFolder), out handle);
        }
        catch (Exception e) when (e is EosException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The cache is read-only, full or mounted noexec: a temporary folder serves this process, and is gone before anybody else could touch
    // it.
    private static nint LoadOnce(byte[] bytes)
    {
        using var folder = new ScratchFolder(); // the mapping lives on without the file
        var copy = folder["libLibTorchSharp.so"];
        File.WriteAllBytes(copy, bytes);
        return NativeLibrary.TryLoad(copy, out var handle) ? handle : 0;
    }
}
