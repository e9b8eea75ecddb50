using System.Runtime.InteropServices;

namespace EosMLNet.LibTorch;

/// <summary>The NuGet package with this system's libtorch, and what to tell a user who lacks it.</summary>
internal static class LibTorchPackage
{
    private static readonly string[] Systems = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>For example <c>linux-x64</c>: the part of the package's name that tells the system.</summary>
    internal static string System { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-" +
        $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>What to do, as one line to paste where there is one.</summary>
    internal static string Remedy => Systems.Contains(System)
        ? $"Run: dotnet add package libtorch-cpu-{System} --version {ExistingLibTorch.ExpectedVersion}"
        : $"There is no libtorch package for {System}; packages are there for {string.Join(", ", Systems)}.";

    /// <summary>What to say when the libtorch beside the program does not load, whether it is there or not.</summary>
    internal static string Absence(string reason) => FindBesideProgram() is { } found
        ? $"libtorch lies in '{found}', but does not load: {reason}. `eos doctor` tells more."
        : $"The program has no libtorch. {Remedy} (Or name the folder of a libtorch {ExistingLibTorch.ExpectedVersion}, such as " +
            $"torch/lib of a Python PyTorch, in the variable {TorchRuntime.LibTorchVariable}.)";

    /// <summary>
    /// Why a library did not load, out of what .NET says: a line of advice, the system loader's reason, and a line for each name that was
    /// tried.
    /// </summary>
    internal static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var reason = lines.Skip(1)
            .FirstOrDefault(line =>
                !(line.Contains("LibTorchSharp", StringComparison.Ordinal) && line.Contains("cannot open", StringComparison.Ordinal)));
        return (reason ?? lines[0].Split(" or one of its dependencies", 2)[0]).TrimEnd('.', ':');
    }

    private static string? FindBesideProgram() =>
        (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", System, "native"))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, ExistingLibTorch.FileName("torch_cpu"))));
}
