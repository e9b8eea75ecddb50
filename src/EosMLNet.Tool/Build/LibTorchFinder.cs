using System.Diagnostics;
using System.Runtime.InteropServices;
using EosMLNet.Build.Exchange;
using EosMLNet.LibTorch;

namespace EosMLNet.Tool.Build;

/// <summary>Finds the libtorch that the package does not bring: where the project says, then where builds usually have one.</summary>
internal sealed class LibTorchFinder(BuildRequest request, Func<string, string?> variable)
{
    private readonly List<string> looked = [];

    /// <summary>The folder, and how it was found; no folder where libtorch lies beside this program.</summary>
    /// <exception cref="EosException">EOS2001: there is none in any of the places.</exception>
    internal (string? Folder, string Found) Find()
    {
        if (request[BuildRequest.LibTorch] is { Length: > 0 } property)
            return (property, "the property EosLibTorchPath");
        if (variable(TorchRuntime.LibTorchVariable) is { Length: > 0 } folder)
            return (folder, $"the environment variable {TorchRuntime.LibTorchVariable}");
        return First(request.All(BuildRequest.Natives), "the project's own packages")
            ?? First(Packages(), "NuGet's folder")
            ?? First(Python(), "a Python PyTorch")
            ?? Beside()
            ?? throw new EosException(EosErrors.LibTorch,
                $"The search has no libtorch. Run: dotnet add package libtorch-cpu-{Rid} --version 2.10.0 (Or set EosLibTorchPath to a " +
                "libtorch 2.10, such as torch/lib of a Python PyTorch.) Looked in the property EosLibTorchPath (not set), the variable " +
                $"{TorchRuntime.LibTorchVariable} (not set), {string.Join(", ", looked.DefaultIfEmpty("no folder at all"))}.");
    }

    private static string Rid => OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    private static string Library =>
        OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";

    private (string?, string)? First(IEnumerable<string> folders, string found)
    {
        foreach (var folder in folders)
        {
            if (File.Exists(Path.Combine(folder, Library)))
                return (folder, found);
            looked.Add(folder);
        }
        return null;
    }

    private IEnumerable<string> Packages()
    {
        var root = request[BuildRequest.NuGetRoot] is { Length: > 0 } given ? given
            : variable("NUGET_PACKAGES") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var package = Path.Combine(root, $"libtorch-cpu-{Rid}");
        return Directory.Exists(package)
            ? Directory.GetDirectories(package, "2.10.*").OrderDescending(StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "runtimes", Rid, "native"))
            : [package];
    }

    private IEnumerable<string> Python()
    {
        foreach (var python in new[] { "python3", "python" })
        {
            if (TorchOf(python) is { Length: > 0 } torch)
                yield return Path.Combine(torch, "lib");
        }
    }

    // Without importing torch: that takes seconds.
    private static string? TorchOf(string python)
    {
        try
        {
            const string Script =
                "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
            var start = new ProcessStartInfo(python, ["-c", Script]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
            return output.Result.Trim();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return null; // no such program
        }
    }

    private static (string?, string)? Beside()
    {
        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory);
        return folders.Any(folder => File.Exists(Path.Combine(folder, Library)))
            ? (null, $"the worker's own, for {RuntimeInformation.RuntimeIdentifier}") : null;
    }
}
