using System.IO.Compression;
using System.Xml.Linq;
using EosMLNet.Build.Tests.Integration;

namespace EosMLNet.Build.Tests.Packaging;

/// <summary>What is in the package.</summary>
public sealed class PackageTests
{
    private static readonly IReadOnlyList<string> Entries = Names("EosMLNet.Build");

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

    // 31 MB of it are ONNX Runtime for three systems, which measures the folders of Format="Onnx".
    [Fact]
    public void It_stays_below_60_MB() => Assert.InRange(new FileInfo(LocalFeed.Package).Length, 1, 60_000_000);

    [Fact]
    public void It_brings_the_library_to_net10_and_nothing_to_older_frameworks()
    {
        var groups = Specification("EosMLNet.Build").Descendants().Where(element => element.Name.LocalName == "group").ToDictionary(group => (string)group.Attribute("targetFramework")!, group => Ids(group.Elements()));
        Assert.Equal(["net10.0", ".NETStandard2.0"], groups.Keys);
        Assert.Contains("EosMLNet", groups["net10.0"]);
        Assert.Empty(groups[".NETStandard2.0"]);
        Assert.DoesNotContain(Specification("EosMLNet.Build").Descendants(), element => element.Name.LocalName == "developmentDependency"); // or its user would get no library
    }

    [Fact]
    public void The_library_brings_what_decodes_images_but_no_libtorch()
    {
        var dependencies = Ids(new[] { "EosMLNet", "EosMLNet.Core", "EosMLNet.Onnx", "EosMLNet.Answering", "EosMLNet.Checkpoints" }
            .SelectMany(id => Specification(id).Descendants()).Where(element => element.Name.LocalName == "dependency"));
        Assert.Contains("SkiaSharp.NativeAssets.Linux.NoDependencies", dependencies);
        Assert.Contains("TorchSharp", dependencies);
        Assert.DoesNotContain(dependencies, id => id.Contains("libtorch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_answering_package_brings_no_torch_and_the_searching_one_brings_it()
    {
        string[] answering = [.. Specification("EosMLNet.Answering").Descendants().Where(element => element.Name.LocalName == "dependency").Select(dependency => (string)dependency.Attribute("id")!)];
        Assert.Contains("EosMLNet.Onnx", answering);
        Assert.All(["EosMLNet.Answering", "EosMLNet.Onnx", "EosMLNet.Extensions.AI"], package => Assert.DoesNotContain(
            Ids(Specification(package).Descendants().Where(element => element.Name.LocalName == "dependency")), id => id is "EosMLNet" or "EosMLNet.Core" or "TorchSharp"));
        Assert.Contains("EosMLNet.Answering", Ids(Specification("EosMLNet").Descendants().Where(element => element.Name.LocalName == "dependency")));
    }

    [Fact]
    public void The_library_brings_the_task_that_rewrites_with_Cecil_and_its_licence_and_nothing_of_Microsoft_s() => Assert.Equal(
        ["EosMLNet.Rewrite.dll", "EosMLNet.dll", "EosMLNet.targets", "Mono.Cecil.LICENSE.txt", "Mono.Cecil.dll"],
        Names("EosMLNet").Where(name => Path.GetExtension(name) is ".dll" or ".targets" or ".props" or ".txt").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("EosMLNet.Plans")]
    [InlineData("EosMLNet.Checkpoints")]
    [InlineData("EosMLNet.Core")]
    [InlineData("EosMLNet.Onnx")]
    [InlineData("EosMLNet.Extensions.AI")]
    [InlineData("EosMLNet.Answering")]
    [InlineData("EosMLNet")]
    [InlineData("EosMLNet.Build")]
    public void Each_says_what_it_is(string id)
    {
        var metadata = Specification(id).Root!.Elements().Single().Elements().ToDictionary(element => element.Name.LocalName);
        Assert.Equal(id, metadata["id"].Value);
        Assert.Equal("MIT", metadata["license"].Value);
        Assert.Contains(metadata["icon"].Value, Names(id));
        Assert.Contains("vision-language", metadata["tags"].Value);
        Assert.Equal(metadata["projectUrl"].Value, (string?)metadata["repository"].Attribute("url"));
        Assert.InRange(metadata["description"].Value.Length, 40, 300);
        AssertPage(Read(id, metadata["readme"].Value), id);
    }

    [Fact]
    public void The_tool_is_a_tool_and_has_such_a_page_too()
    {
        var packaging = XDocument.Load(Repository.At("src", "EosMLNet.Tool", "Packaging.targets")).Descendants().ToLookup(element => element.Name.LocalName, element => element.Value);
        Assert.Equal("true", packaging["PackAsTool"].Single());
        Assert.Equal("eos", packaging["ToolCommandName"].Single());
        AssertPage(File.ReadAllText(Repository.At("src", "EosMLNet.Tool", "PACKAGE.md")), "EosMLNet.Tool");
    }

    // A page on a feed: its commands are for people who have nothing of this repository.
    private static void AssertPage(string page, string id)
    {
        Assert.All(["## About", "## How to use", "## Main types", "## Related packages", $"{id}"], heading => Assert.Contains(heading, page));
        Assert.DoesNotContain("--project", page);
        Assert.DoesNotContain("](", page); // links of the repository lead nowhere from there
    }

    private static HashSet<string> Ids(IEnumerable<XElement> dependencies) => [.. dependencies.Select(dependency => (string)dependency.Attribute("id")!)];

    private static XDocument Specification(string id) => XDocument.Parse(Read(id, $"{id}.nuspec"));

    private static string Read(string id, string entry)
    {
        using var package = ZipFile.OpenRead(LocalFeed.PackageOf(id));
        using var reader = new StreamReader(package.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    private static List<string> Names(string id)
    {
        using var package = ZipFile.OpenRead(LocalFeed.PackageOf(id));
        return [.. package.Entries.Select(entry => entry.FullName)];
    }
}
