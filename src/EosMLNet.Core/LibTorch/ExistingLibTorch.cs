using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace EosMLNet.LibTorch;

/// <summary>
/// A libtorch that is already on the machine: <c>torch/lib</c> of a Python PyTorch, or an unpacked libtorch, for CPU or CUDA. It takes the
/// place of the one packaged beside the program; TorchSharp's own LibTorchSharp then binds to it (build/docs/adr/0006).
/// </summary>
internal static partial class ExistingLibTorch
{
    /// <summary>The libtorch that TorchSharp was compiled for. A patch release keeps the ABI, a minor one does not.</summary>
    internal const string ExpectedVersion = "2.10.0";

    /// <summary>
    /// The environment variable that, set to 1, lets a libtorch of another minor version pass: at the user's own risk, and
    /// <see cref="Doctor"/> says so.
    /// </summary>
    internal const string AnyVersionVariable = "EOS_LIBTORCH_ANY_VERSION";

    // In the order in which each one's needs are met by those before it. The CUDA pair is absent from CPU builds.
    private static readonly (string Name, bool Required)[] Libraries =
        [("c10", true), ("torch_cpu", true), ("c10_cuda", false), ("torch_cuda", false), ("torch", true)];

    /// <summary>
    /// The folder with the library files, given that folder, or the one above it: a Python package <c>torch</c>, an unpacked libtorch.
    /// </summary>
    /// <exception cref="EosException">EOS2001: the folder is missing, lacks files, or is known to hold another version.</exception>
    internal static string Locate(string folder)
    {
        var full = Path.GetFullPath(folder);
        if (!Directory.Exists(full))
            throw Unfit(full, "there is no such folder");
        var missing = MissingFrom(full);
        var inner = Path.Combine(full, "lib");
        if (missing.Length > 0 && MissingFrom(inner).Length == 0)
            return CheckVersionFile(inner);
        return missing.Length == 0 ? CheckVersionFile(full) : throw Unfit(full, $"it lacks {string.Join(", ", missing)}");
    }

    /// <summary>Loads the libraries of <paramref name="folder"/> (as given by <see cref="Locate"/>).</summary>
    /// <returns>The version that they report, <c>major.minor.patch</c>.</returns>
    /// <exception cref="EosException">EOS2001: one cannot be loaded, or the version or the exported functions do not fit.</exception>
    internal static string Load(string folder, string? libTorchSharp)
    {
        nint torchCpu = 0, torch = 0;
        foreach (var (name, required) in Libraries)
        {
            var path = Path.Combine(folder, FileName(name));
            if (!required && !File.Exists(path))
                continue;
            try
            {
                torch = NativeLibrary.Load(path);
                if (name == "torch_cpu")
                    torchCpu = torch;
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw Unfit(folder, $"{FileName(name)} cannot be loaded ({LastLine(e.Message)})", e);
            }
        }
        var version = CheckVersion(folder, ReportedVersion(torchCpu));
        if (OperatingSystem.IsLinux() && libTorchSharp is not null)
            CheckExports(folder, torch, libTorchSharp);
        return version;
    }

    /// <summary>Whether this libtorch, <c>major.minor.patch</c>, is one that TorchSharp was compiled for.</summary>
    internal static bool IsExpected(string version) =>
        version.StartsWith(ExpectedVersion[..(ExpectedVersion.LastIndexOf('.') + 1)], StringComparison.Ordinal);

    /// <summary>The functions that TorchSharp calls and the existing libtorch does not have. Calling one ends the process.</summary>
    internal static IReadOnlyList<string> MissingFunctions { get; private set; } = [];

    private static bool AnyVersion => Environment.GetEnvironmentVariable(AnyVersionVariable) == "1";

    /// <summary>What the loaded libtorch_cpu says of itself, or null where it cannot tell.</summary>
    internal static unsafe string? ReportedVersion(nint torchCpu)
    {
        if (!NativeLibrary.TryGetExport(torchCpu, "aoti_torch_abi_version", out var function))
            return null;
        var version = ((delegate* unmanaged<ulong>)function)(); // one byte each: major, minor, patch
        return $"{version >> 56}.{version >> 48 & 255}.{version >> 40 & 255}";
    }

    internal static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    // .NET puts general advice in front of what the loader said.
    private static string LastLine(string message) => message.Trim().Split('\n')[^1].Trim();

    private static string[] MissingFrom(string folder) =>
        [.. Libraries.Where(l => l.Required).Select(l => FileName(l.Name)).Where(file => !File.Exists(Path.Combine(folder, file)))];

    // Python's package says its version in torch/version.py, the libtorch archive in build-version: knowing before loading leaves the
    // process clean.
    private static string CheckVersionFile(string folder)
    {
        var parent = Path.GetDirectoryName(folder)!;
        foreach (var file in new[] { Path.Combine(parent, "version.py"), Path.Combine(parent, "build-version") })
            if (File.Exists(file) && VersionPattern().Match(File.ReadAllText(file)) is { Success: true } match)
                CheckVersion(folder, match.Value);
        return folder;
    }

    private static string CheckVersion(string folder, string? found) => found is not null && (IsExpected(found) || AnyVersion)
        ? found
        : throw Unfit(folder, $"it is libtorch {found ?? "of a version too old to tell"}");

    /// <summary>
    /// All functions that TorchSharp's native part takes from libtorch and the loaded library, with those that it needs, does not export.
    /// </summary>
    internal static IReadOnlyList<string> Absent(nint torch, string libTorchSharp) =>
        [.. ElfSymbols.LibTorchImports(libTorchSharp).Where(symbol => !NativeLibrary.TryGetExport(torch, symbol, out _))];

    private static void CheckExports(string folder, nint torch, string libTorchSharp)
    {
        var absent = MissingFunctions = Absent(torch, libTorchSharp);
        if (absent.Count > 0 && !AnyVersion)
            throw Unfit(folder,
                $"it lacks {absent.Count} functions that TorchSharp calls, for example {absent[0]} (another version, or built with " +
                "another C++ ABI; `eos doctor` lists them)");
    }

    private static EosException Unfit(string folder, string found, Exception? inner = null) =>
        new(EosErrors.LibTorch,
            $"The libtorch folder '{folder}' cannot be used: {found}. Expected libtorch {ExpectedVersion} for " +
            $"{RuntimeInformation.OSArchitecture} " +
            "with the C++11 ABI, such as torch/lib of the PyTorch of that version. Correct the option or the variable EOS_LIBTORCH, or " +
            "leave it out to use the packaged libtorch.", inner);

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex VersionPattern();
}
