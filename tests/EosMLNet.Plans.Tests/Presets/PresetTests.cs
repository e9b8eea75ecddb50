using System.Reflection;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Presets;

public class PresetTests
{
    [Fact]
    public void Every_method_of_Baselines_has_a_name_and_makes_the_same_plan_by_it()
    {
        var methods = typeof(Baselines).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(ReductionPlan)).ToArray();
        string[] byMethod = [.. methods.Select(method =>
            ((ReductionPlan)method.Invoke(null, [PlanModels.Scenes, 36.0, .. method.GetParameters().Skip(2).Select(_ => (object)1)])!).ToJson())];
        Assert.Equal(byMethod.Order(StringComparer.Ordinal), Preset.All.Select(preset => preset.Plan(PlanModels.Scenes, 36).ToJson()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_are_lower_case_and_each_is_there_once()
    {
        Assert.Equal(Preset.All.Count, Preset.All.Select(preset => preset.Name).Distinct().Count());
        Assert.All(Preset.All, preset =>
        {
            Assert.Matches("^[a-z][a-z0-9+-]+$", preset.Name);
            Assert.InRange(preset.Description.Length, 1, 100);
            Assert.Same(preset, Preset.Named(preset.Name.ToUpperInvariant()));
        });
    }

    [Fact]
    public void A_name_that_is_not_known_is_told_with_those_that_are()
    {
        var refusal = Assert.Throws<EosException>(() => Preset.Named("fasv"));
        Assert.Equal(EosErrors.InvalidOption, refusal.Code);
        Assert.Contains("'fasv' is not a preset. Did you mean 'fastv'? Presets are random, stride, ", refusal.Message);
        Assert.All(Preset.All, preset => Assert.Contains(preset.Name, refusal.Message));
    }
}
