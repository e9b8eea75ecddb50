using System.IO.Compression;
using EosMLNet.Build.Tests.Integration;

namespace EosMLNet.Build.Tests.Packaging;

/// <summary>What is in the package.</summary>
public sealed class PackageTests
{
    private static readonly IReadOnlyList<string> Entries = Names();

    [Fact]
    public void Everything_lies_where_MSBuild_and_the_targets_look_for_it() => Assert.All(
        ["build/EosMLNet.Build.props", "build/EosMLNet.Build.targets", "buildMultiTargeting/EosMLNet.Build.props", "buildMultiTargeting/EosMLNet.Build.targets",
            "tasks/netstandard2.0/EosMLNet.Build.dll", "tools/EosMLNet.Build.Worker.proj", "tools/net10.0/any/eos.dll", "tools/net10.0/any/eos.runtimeconfig.json", "docs/EOS3003.md"],
        name => Assert.Contains(name, Entries));

    [Fact]
    public void It_carries_neither_libtorch_nor_MSBuild_nor_a_library_to_reference()
    {
        string[] unwanted = ["torch_cpu", "torch_cuda", "libtorch.", "c10", "Microsoft.Build", "StringTools"];
        Assert.All(Entries, name => Assert.DoesNotContain(unwanted, part => Path.GetFileName(name).Contains(part, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(Entries, name => name.StartsWith("lib/", StringComparison.Ordinal) || name.StartsWith("ref/", StringComparison.Ordinal));
        Assert.Single(Entries, name => name.StartsWith("tasks/", StringComparison.Ordinal)); // the task depends on nothing
    }

    [Fact]
    public void It_stays_below_40_MB() => Assert.InRange(new FileInfo(LocalFeed.Package).Length, 1, 40_000_000);

    [Fact]
    public void It_is_a_development_dependency_without_dependencies()
    {
        using var package = ZipFile.OpenRead(LocalFeed.Package);
        using var reader = new StreamReader(package.Entries.Single(entry => entry.Name == "EosMLNet.Build.nuspec").Open());
        var specification = reader.ReadToEnd();
        Assert.Contains("<developmentDependency>true</developmentDependency>", specification);
        Assert.DoesNotContain("<dependency ", specification);
    }

    private static List<string> Names()
    {
        using var package = ZipFile.OpenRead(LocalFeed.Package);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }
}
