using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>Arrows between the projects of <c>src</c>: they point one way, and no torch is where none may be.</summary>
public class ProjectTests
{
    // What a project may reference, by itself or through another.
    private const string Table = """
        EosMLNet.Plans       ->
        EosMLNet.Checkpoints -> EosMLNet.Plans
        EosMLNet.Onnx        -> EosMLNet.Plans, EosMLNet.Checkpoints
        EosMLNet.Core        -> EosMLNet.Plans, EosMLNet.Checkpoints
        EosMLNet.Rewrite     ->
        EosMLNet.Extensions.AI -> EosMLNet.Plans, EosMLNet.Checkpoints, EosMLNet.Onnx
        EosMLNet.Answering   -> EosMLNet.Plans, EosMLNet.Checkpoints, EosMLNet.Onnx
        EosMLNet             -> EosMLNet.Plans, EosMLNet.Checkpoints, EosMLNet.Onnx, EosMLNet.Answering, EosMLNet.Core
        EosMLNet.Cluster     -> EosMLNet.Plans, EosMLNet.Checkpoints, EosMLNet.Core
        EosMLNet.Tool        -> EosMLNet.Plans, EosMLNet.Checkpoints, EosMLNet.Onnx, EosMLNet.Answering, EosMLNet.Core, EosMLNet, EosMLNet.Cluster
        EosMLNet.Build       -> EosMLNet, EosMLNet.Tool   # packed with both; the task itself uses neither
        """;

    private static readonly Dictionary<string, string[]> Allowed = Layers.Read(Table);

    [Fact]
    public void The_table_has_no_cycle() => Assert.Empty(Layers.Cycles(Allowed));

    [Fact]
    public void Every_project_is_in_the_table_and_references_only_what_it_may()
    {
        var projects = Directory.EnumerateFiles(Repository.At("src"), "*.csproj", SearchOption.AllDirectories).ToArray();
        Assert.Equal(Allowed.Keys.Order(), projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order());
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
            Assert.All(references, reference => Assert.True(Allowed[name].Contains(reference), $"{name} references {reference}"));
        }
    }

    [Theory]
    [InlineData("EosMLNet.Plans", null)]
    [InlineData("EosMLNet.Checkpoints", null)]
    [InlineData("EosMLNet.Onnx", null)]
    [InlineData("EosMLNet.Extensions.AI", null)]
    [InlineData("EosMLNet.Core", null)]
    [InlineData("EosMLNet.Answering", null)]
    [InlineData("EosMLNet", null)]
    [InlineData("EosMLNet.Cluster", null)]
    [InlineData("EosMLNet.Tool", "eos")]
    public void What_is_compiled_uses_only_what_it_may(string project, string? assembly)
    {
        using var product = new Product(project, assembly);
        var ours = product.Uses.Where(name => name.StartsWith("EosMLNet", StringComparison.Ordinal) || name == "eos");
        Assert.All(ours, used => Assert.True(Allowed[project].Contains(used), $"{project} uses {used}"));
    }

    [Theory]
    [InlineData("EosMLNet.Plans")]
    [InlineData("EosMLNet.Checkpoints")]
    [InlineData("EosMLNet.Onnx")]
    [InlineData("EosMLNet.Extensions.AI")]
    [InlineData("EosMLNet.Answering")]
    public void Plans_checkpoints_and_answering_know_no_torch(string project)
    {
        using var product = new Product(project);
        Assert.DoesNotContain(product.Uses, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(product.Module.ModuleReferences, native => native.Name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        var packages = XDocument.Load(Repository.At("src", project, $"{project}.csproj")).Descendants("PackageReference");
        Assert.DoesNotContain(packages,
            package => ((string)package.Attribute("Include")!).Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Plans_use_nothing_but_NET()
    {
        using var product = new Product("EosMLNet.Plans");
        Assert.All(product.Uses, name => Assert.StartsWith("System.", name));
    }

    // A friend could rely on anything. Tests and benchmarks look inside; products do not.
    [Theory]
    [InlineData("EosMLNet.Plans", null)]
    [InlineData("EosMLNet.Checkpoints", null)]
    [InlineData("EosMLNet.Onnx", null)]
    [InlineData("EosMLNet.Extensions.AI", null)]
    [InlineData("EosMLNet.Core", null)]
    [InlineData("EosMLNet.Answering", null)]
    [InlineData("EosMLNet", null)]
    [InlineData("EosMLNet.Cluster", null)]
    [InlineData("EosMLNet.Tool", "eos")]
    public void Only_tests_and_benchmarks_see_internals(string project, string? assembly)
    {
        using var product = new Product(project, assembly);
        string[] friends =
        [
            .. product.Module.Assembly.CustomAttributes
                .Where(attribute => attribute.AttributeType.Name == "InternalsVisibleToAttribute")
                .Select(attribute => (string)attribute.ConstructorArguments[0].Value),
        ];
        Assert.NotEmpty(friends);
        Assert.All(friends, friend => Assert.True(
            friend.EndsWith(".Tests", StringComparison.Ordinal) || friend is "Benchmarks" or "Faults" or "Fuzz" or "Gpu" or "Load",
            $"{project} shows its internals to {friend}"));
    }
}
