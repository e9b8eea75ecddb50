using System.Xml.Linq;
using EosMLNet.Build.Exchange;
using EosMLNet.Tool.Build;

namespace EosMLNet.Build.Tests.Packaging;

/// <summary>The metadata that the package declares are those that the worker knows, with the library's defaults.</summary>
public sealed class DefaultsTests
{
    private static readonly string[] TheTasksOwn = ["TrainingData", "ValidationData", "ImageFolder", "OutputFile", "Plan", "Report", "Device", "WarmStart", "LatencyTable"];
    private static readonly IReadOnlyList<XElement> Declared =
        [.. XDocument.Load(Repository.At("src", "EosMLNet.Build", "build", "EosMLNet.Build.props")).Descendants("EosModel").Single().Elements()];

    [Fact]
    public void Every_option_is_declared() =>
        Assert.Equal(BuildOptions.Names.Concat(TheTasksOwn).Order(), Declared.Select(element => element.Name.LocalName).Order());

    [Fact]
    public void The_defaults_are_the_library_s()
    {
        var request = new BuildRequest();
        foreach (var element in Declared.Where(element => !TheTasksOwn.Contains(element.Name.LocalName)))
            request.Add(BuildRequest.OptionPrefix + element.Name.LocalName, element.Value);
        Assert.Equal(new BuildOptions().Canonical, BuildOptions.Parse(request).Canonical);
    }
}
