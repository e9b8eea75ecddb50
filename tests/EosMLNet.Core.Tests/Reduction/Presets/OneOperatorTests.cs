using System.Reflection;
using System.Text.RegularExpressions;
using EosMLNet.Reduction;

namespace EosMLNet.Tests.Reduction.Presets;

/// <summary>A published method is parameters of the operator: no code of the library is written for one method.</summary>
public partial class OneOperatorTests
{
    private static readonly string[] Presets = [.. typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name).Distinct()];

    [Fact]
    public void Every_preset_is_a_list_of_sites_and_nothing_else()
    {
        Assert.Contains("FastV", Presets);
        Assert.All(typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static), method => Assert.Equal(typeof(IReadOnlyList<ReductionSite>), method.ReturnType));
        Assert.DoesNotContain(typeof(ReductionPresets).GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static), field => !field.IsLiteral);
    }

    [Fact]
    public void No_other_code_of_the_library_knows_a_method_by_its_name()
    {
        // Words of the language of plans that methods are named after too.
        string[] named = [.. Presets.Except(["Random", "Stride", "AveragePool"])];
        var core = Repository.At("src", "EosMLNet.Core");
        var files = Directory.EnumerateFiles(core, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(core, file) is var path && !path.StartsWith("obj") && !path.StartsWith("bin")
                && !path.Contains("Presets") && !Path.GetFileName(path).StartsWith("Baselines"));
        foreach (var file in files)
        {
            var code = Comment().Replace(File.ReadAllText(file), "");
            Assert.All(named, name => Assert.False(code.Contains(name, StringComparison.Ordinal), $"{file} knows {name}"));
        }
    }

    // Also within doc comments: prose may name the method that a part comes from.
    [GeneratedRegex("//.*")]
    private static partial Regex Comment();
}
