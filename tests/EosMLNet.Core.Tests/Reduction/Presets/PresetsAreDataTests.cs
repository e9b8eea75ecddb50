using System.Reflection;
using EosMLNet.Reduction;

namespace EosMLNet.Tests.Reduction.Presets;

/// <summary>No preset is implemented outside the operator: presets are lists of sites, and nothing that runs knows their names.</summary>
public class PresetsAreDataTests
{
    // Words of the operator itself: a criterion, a rule and a regime carry them.
    private static readonly string[] CommonWords = ["Random", "Stride", "AveragePool"];

    private static readonly MethodInfo[] Presets = typeof(ReductionPresets).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    [Fact]
    public void Every_preset_returns_sites_and_takes_numbers()
    {
        Assert.Equal(BindingFlags.Static, typeof(ReductionPresets).IsAbstract && typeof(ReductionPresets).IsSealed ? BindingFlags.Static : 0);
        Assert.All(Presets, preset => Assert.Equal(typeof(IReadOnlyList<ReductionSite>), preset.ReturnType));
        Type[] numbers = [typeof(int), typeof(double), typeof(IReadOnlyList<int>), typeof(IReadOnlyList<double>)];
        Assert.All(Presets.SelectMany(preset => preset.GetParameters()), parameter => Assert.Contains(parameter.ParameterType, numbers));
    }

    [Fact]
    public void The_presets_code_touches_no_tensor()
    {
        var files = Directory.GetFiles(Repository.At("src", "EosMLNet.Core", "Reduction", "Presets"), "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("torch", File.ReadAllText(file), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Nothing_that_runs_is_named_after_a_preset()
    {
        var names = Presets.Select(preset => preset.Name).Except(CommonWords).ToArray();
        Assert.Contains("VisionZip", names);
        Assert.Contains("ToMe", names);
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var running = typeof(ReductionOperator).Assembly.GetTypes().Where(type => !IsPartOf(type, typeof(ReductionPresets)) && !IsPartOf(type, typeof(Baselines)));
        var members = running.SelectMany(type => type.GetMembers(All).Select(member => $"{type.FullName}.{member.Name}")).ToArray();
        Assert.True(members.Length > 1000);
        foreach (var name in names)
            Assert.DoesNotContain(members, member => IsNamedAfter(member, name));

        // The compiler's own types for lambdas and iterators are nested in the type they serve.
        static bool IsPartOf(Type? type, Type whole) => type is not null && (type == whole || IsPartOf(type.DeclaringType, whole));
        // "ToMe" is not in "ToMessage".
        static bool IsNamedAfter(string member, string name)
        {
            for (var at = member.IndexOf(name, StringComparison.Ordinal); at >= 0; at = member.IndexOf(name, at + 1, StringComparison.Ordinal))
                if (at + name.Length == member.Length || !char.IsLower(member[at + name.Length]))
                    return true;
            return false;
        }
    }

    [Fact]
    public void A_plan_keeps_everything_of_a_preset_but_its_name()
    {
        foreach (var sites in new[]
        {
            ReductionPresets.VisionZip(12, 4), ReductionPresets.PruMerge(16), ReductionPresets.PruMergePlus(16, 11), ReductionPresets.DivPrune(16),
            ReductionPresets.FastV(2, 36), ReductionPresets.PyramidDrop([1, 3], [20, 4]),
            ReductionPresets.ToMeTower(144, [40, 40, 40]), ReductionPresets.ToMe(144, 16), ReductionPresets.AveragePool(16),
        })
        {
            var plan = ReductionPlan.Create(PlanModels.Scenes, sites);
            var json = plan.ToJson();
            Assert.Equal(json, ReductionPlan.FromJson(json).ToJson());
            Assert.DoesNotContain(Presets, preset => !CommonWords.Contains(preset.Name) && json.Contains(preset.Name, StringComparison.OrdinalIgnoreCase));
            for (var i = 0; i < sites.Count; i++)
                foreach (var property in typeof(ReductionSite).GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    Assert.Equivalent(property.GetValue(sites[i]), property.GetValue(ReductionPlan.FromJson(json).Sites[i]));
        }
    }
}
