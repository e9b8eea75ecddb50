using System.Diagnostics;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>The package, packed once from what the tests were built with, and a package folder of its own, so that no other build's is used or disturbed.</summary>
internal static class LocalFeed
{
    private static readonly Lazy<string> Folder = new(Pack);

    internal static string Path => System.IO.Path.Combine(Folder.Value, "feed");
    internal static string Packages => System.IO.Path.Combine(Folder.Value, "packages");
    internal static string Package => Directory.GetFiles(Path, "EosMLNet.Build.*.nupkg").Single();
    internal static string Version => System.IO.Path.GetFileNameWithoutExtension(Package)["EosMLNet.Build.".Length..];

    private static string Pack()
    {
        var folder = Directory.CreateTempSubdirectory("eos-feed-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string[] arguments = ["pack", Repository.At("src", "EosMLNet.Build", "EosMLNet.Build.csproj"), "-c", configuration, "--no-build", "-o", System.IO.Path.Combine(folder, "feed"), "-nodeReuse:false"];
        using var pack = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var output = pack.StandardOutput.ReadToEnd();
        pack.WaitForExit();
        Assert.True(pack.ExitCode == 0, output);
        return folder;
    }
}
