namespace EosMLNet.Tests;

/// <summary>Files of the checkout that the test binary was built in.</summary>
internal static class Repository
{
    private static readonly string Root = Above(AppContext.BaseDirectory);

    /// <summary>The path of a file or folder, given by its parts from the repository's root.</summary>
    internal static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Above(string folder)
    {
        while (!File.Exists(Path.Combine(folder, "EosMLNet.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("EosMLNet.sln is in no folder above the tests.");
        return folder;
    }
}
