using System.Xml.Linq;
using EosMLNet.LibTorch;

namespace EosMLNet.Tests.LibTorch;

public class LibTorchPackageTests
{
    [Fact]
    public void The_remedy_is_a_line_to_paste() =>
        Assert.Equal($"Run: dotnet add package libtorch-cpu-{LibTorchPackage.System} --version {ExistingLibTorch.ExpectedVersion}", LibTorchPackage.Remedy);

    [Fact]
    public void The_library_its_build_the_repository_and_the_readme_name_one_version()
    {
        var pinned = XDocument.Load(Repository.At("build", "Packages.props")).Descendants("PackageVersion").Where(package => ((string?)package.Attribute("Include") ?? "").StartsWith("libtorch-", StringComparison.Ordinal));
        Assert.All(pinned, package => Assert.Equal(ExistingLibTorch.ExpectedVersion, (string?)package.Attribute("Version")));
        string[] texts = [Repository.At("src", "EosMLNet.Core", "buildTransitive", "EosMLNet.Core.targets"), Repository.At("README.md"), .. Directory.GetFiles(Repository.At("src"), "PACKAGE.md", SearchOption.AllDirectories)];
        foreach (var line in texts.SelectMany(File.ReadAllLines).Where(line => line.Contains("dotnet add package libtorch-", StringComparison.Ordinal)))
            Assert.Contains($"--version {ExistingLibTorch.ExpectedVersion}", line);
    }

    [Fact]
    public void What_is_there_and_does_not_load_is_named_with_the_loader_s_reason()
    {
        var message = LibTorchPackage.Absence("libm.so.6: version `GLIBC_2.99' not found");
        Assert.Contains(Path.GetDirectoryName(LoadedLibraries.Find("torch_cpu"))!, message); // these tests have one beside them
        Assert.Contains("does not load: libm.so.6: version `GLIBC_2.99' not found.", message);
    }

    [Theory]
    [InlineData("Unable to load shared library 'LibTorchSharp'", "/app/libLibTorchSharp.so: cannot open shared object file: No such file or directory")]
    [InlineData("libtorch.so: cannot open shared object file: No such file or directory", "libtorch.so: cannot open shared object file: No such file or directory")]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)", "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)")]
    public void Of_the_loader_s_dozen_lines_the_reason_is_kept(string reason, string line) => Assert.Equal(reason, LibTorchPackage.Reason($"""
        Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, consider using a tool like strace.
        {line}
        /app/LibTorchSharp: cannot open shared object file: No such file or directory
        """));
}
