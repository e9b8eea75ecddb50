using System.Diagnostics;

namespace EosMLNet.LibTorch;

/// <summary>The native libraries that are mapped into this process.</summary>
internal static class LoadedLibraries
{
    /// <summary>The file of the library, for example of "torch_cpu" or "stdc++", or null when it is not loaded.</summary>
    internal static string? Find(string library) => All(library).FirstOrDefault();

    /// <summary>
    /// The files of every loaded library of that name: lib*name*.so, with any version after it, lib*name*.dylib or *name*.dll.
    /// </summary>
    internal static IReadOnlyList<string> All(string library)
    {
        var name = ExistingLibTorch.FileName(library);
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .Where(path => IsNamed(Path.GetFileName(path), name)).Distinct()];
    }

    private static bool IsNamed(string file, string name) =>
        file.Equals(name, StringComparison.OrdinalIgnoreCase) || file.StartsWith(name + '.', StringComparison.OrdinalIgnoreCase);
}
