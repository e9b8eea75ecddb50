using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Presets;

/// <summary>A published method is parameters of the operator: no code of the library is written for one method.</summary>
public partial class OneOperatorTests
{
    private static readonly string[] Presets = [.. typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name).Distinct()];

    // Of the language of plans and of programs, which methods are named after too.
    private static readonly string[] Words = ["Random", "Stride", "AveragePool", "Scope"];

    [Fact]
    public void Every_preset_is_a_list_of_sites_and_nothing_else()
    {
        Assert.Contains("FastV", Presets);
        Assert.All(typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static), method => Assert.Equal(typeof(IReadOnlyList<ReductionSite>), method.ReturnType));
        Assert.DoesNotContain(typeof(ReductionPresets).GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static), field => !field.IsLiteral);
    }

    [Fact]
    public void Presets_take_numbers_and_touch_no_tensor()
    {
        Type[] numbers = [typeof(int), typeof(double), typeof(IReadOnlyList<int>), typeof(IReadOnlyList<double>)];
        Assert.All(typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static).SelectMany(method => method.GetParameters()),
            parameter => Assert.Contains(parameter.ParameterType, numbers));
        var files = Directory.GetFiles(Repository.At("src", "EosMLNet.Plans", "Presets"), "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("torch", File.ReadAllText(file), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_plan_keeps_everything_of_a_preset_but_its_name()
    {
        foreach (var sites in new[]
        {
            ReductionPresets.VisionZip(12, 4), ReductionPresets.PruMerge(16), ReductionPresets.PruMergePlus(16, 11), ReductionPresets.DivPrune(16), ReductionPresets.Scope(16), ReductionPresets.HoloV(16),
            ReductionPresets.ToMeTower(144, [40, 40, 40]), ReductionPresets.ToMe(144, 16), ReductionPresets.AveragePool(16), ReductionPresets.FastV(2, 36),
            ReductionPresets.PyramidDrop([1, 3], [20, 4]), ReductionPresets.SparseVlm2([1, 3], [20, 4], 2), ReductionPresets.SparseVlm1(144, [1, 3], [90, 40]), ReductionPresets.Dart(2, 20, 4, 4),
        })
        {
            var json = ReductionPlan.Create(PlanModels.Scenes, sites).ToJson();
            var read = ReductionPlan.FromJson(json);
            Assert.Equal(json, read.ToJson());
            Assert.Empty(JsonSchema.Published.Errors(JsonDocument.Parse(json).RootElement));
            Assert.DoesNotContain(Presets.Except(Words), name => json.Contains(name, StringComparison.OrdinalIgnoreCase));
            for (var i = 0; i < sites.Count; i++)
                foreach (var property in typeof(ReductionSite).GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    Assert.Equivalent(property.GetValue(sites[i]), property.GetValue(read.Sites[i]));
        }
    }

    [Fact]
    public void No_other_code_of_the_library_knows_a_method_by_its_name()
    {
        string[] named = [.. Presets.Except(Words)];
        string[] products = ["EosMLNet.Plans", "EosMLNet.Checkpoints", "EosMLNet.Core"];
        var files = products.Select(product => Repository.At("src", product)).SelectMany(product =>
            Directory.EnumerateFiles(product, "*.cs", SearchOption.AllDirectories).Where(file =>
                Path.GetRelativePath(product, file) is var path && !path.StartsWith("obj") && !path.StartsWith("bin") && !path.Contains("Presets")));
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
