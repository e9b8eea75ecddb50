using System.Diagnostics;

namespace EosMLNet.Build.Tests.Integration;

/// <summary>The packages, packed once from what the tests were built with, and a package folder of its own, so that no other build's is used or disturbed.</summary>
internal static class LocalFeed
{
    /// <summary>One that no other feed has.</summary>
    internal const string Version = "0.0.0-test";

    private static readonly Lazy<string> Folder = new(Pack);

    internal static string Path => System.IO.Path.Combine(Folder.Value, "feed");
    internal static string Packages => System.IO.Path.Combine(Folder.Value, "packages");
    internal static string Package => PackageOf("EosMLNet.Build");

    internal static string PackageOf(string id) => System.IO.Path.Combine(Path, $"{id}.{Version}.nupkg");

    /// <summary>What this repository's own restore has unpacked: the reference assemblies of netstandard are in it.</summary>
    internal static string Unpacked => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Pack()
    {
        // A quarter of a gigabyte, for which the test runner leaves no time to delete it at the end: the next run does.
        var folder = System.IO.Path.Combine(AppContext.BaseDirectory, "feed");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string[] names = ["EosMLNet.Plans", "EosMLNet.Checkpoints", "EosMLNet.Core", "EosMLNet.Onnx", "EosMLNet.Extensions.AI", "EosMLNet.Answering", "EosMLNet", "EosMLNet.Build"];
        var projects = string.Join(';', names.Select(name => Repository.At("src", name, $"{name}.csproj")));
        // What `dotnet pack --no-build` does, in one process for all.
        File.WriteAllText(System.IO.Path.Combine(folder, "pack.proj"), $"""
            <Project>
              <Target Name="Pack">
                <MSBuild Projects="{projects}" Targets="Pack" BuildInParallel="true"
                         Properties="Configuration={configuration};NoBuild=true;Version={Version};PackageOutputPath={System.IO.Path.Combine(folder, "feed")}" />
              </Target>
            </Project>
            """);
        using var pack = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", System.IO.Path.Combine(folder, "pack.proj"), "-t:Pack", "-nologo", "-v:m", "-nodeReuse:false"]) { RedirectStandardOutput = true })!;
        var output = pack.StandardOutput.ReadToEnd();
        pack.WaitForExit();
        Assert.True(pack.ExitCode == 0 && !output.Contains("warn", StringComparison.OrdinalIgnoreCase), output);
        return folder;
    }
}
