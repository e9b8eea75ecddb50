using EosMLNet.Models;

namespace Benchmarks.Quality;

/// <summary>Plans away from home: on question families, a precision, a size of images or a base model that their search did not see.</summary>
internal static class Transfers
{
    internal const string Families = "transfer-families", Precisions = "transfer-precisions", Sizes = "transfer-sizes", Models = "transfer-models";

    /// <summary>The key of the unit that trains the second model.</summary>
    internal const string SecondModel = "second-model";

    /// <summary>The halves that the families are cut into: each asks about single things and about several.</summary>
    internal static readonly IReadOnlyList<IReadOnlyList<string>> Halves = [["existence", "colour", "count", "number"], ["shape", "position", "comparison", "chart"]];

    /// <summary>Plans that were searched on half of the families.</summary>
    internal static IReadOnlyList<Trial> OverFamilies(QualitySettings settings)
    {
        var search = QualityTrials.Default(settings, settings.CloseBudget, seed: 1);
        return [.. Halves.Select(half => QualityTrials.Eos(settings, settings.CloseBudget, seed: 1) with
        {
            Section = Families,
            Method = $"searched on {string.Join(", ", half)}",
            Find = bench => bench.Search(search, Only(half, bench.Data.Search), Only(half, bench.Data.Validation)),
        })];
    }

    /// <summary>The model as it is, and a plan that was searched in float32, in other precisions.</summary>
    internal static IReadOnlyList<Trial> OverPrecisions(QualitySettings settings) =>
        [.. Away(settings, Precisions, TestGround.BFloat16, "bfloat16"), .. Away(settings, Precisions, TestGround.Int8, "int8")];

    /// <summary>The same on images of another size; nothing where the model's images all have one.</summary>
    internal static IReadOnlyList<Trial> OverSizes(Workbench bench) =>
        bench.Subject.OtherSize is { } size ? Away(bench.Settings, Sizes, TestGround.OtherSize, $"{size.Width} x {size.Height} pixels") : [];

    private static IReadOnlyList<Trial> Away(QualitySettings settings, string section, TestGround ground, string name)
    {
        var home = QualityTrials.Eos(settings, settings.CloseBudget, seed: 1);
        return
        [
            QualityTrials.Unreduced with { Section = section, Method = $"unreduced, {name}", On = ground },
            home with { Section = section, Method = $"{home.Method}, {name}", On = ground, Needs = [home.FindKey], Find = bench => new Found(bench.Plan(home)) },
        ];
    }

    /// <summary>Plans on the base model that they were not searched on, and what they compare with.</summary>
    internal static IReadOnlyList<Trial> OverModels(QualitySettings settings)
    {
        var home = QualityTrials.Eos(settings, settings.CloseBudget, seed: 1);
        var search = QualityTrials.Default(settings, settings.CloseBudget, seed: 1);
        var there = Moved("second model's plan on the second", bench => bench.Search(search, on: bench.Second), TestGround.SecondModel, SecondModel);
        return
        [
            Moved("unreduced second model", bench => new Found(ReductionPlan.Identity(bench.Second.ToPlanModel())), TestGround.SecondModel, SecondModel),
            Moved("first model's plan on the second", bench => new Found(bench.Plan(home) with { Model = bench.Second.ToPlanModel() }), TestGround.SecondModel, SecondModel, home.FindKey),
            there,
            Moved("second model's plan on the first", bench => new Found(bench.Plan(there) with { Model = bench.Model.ToPlanModel() }), TestGround.Home, there.FindKey),
        ];

        Trial Moved(string method, Func<Workbench, Found> find, TestGround on, params IReadOnlyList<string> needs) =>
            home with { Section = Models, Method = method, Find = find, On = on, Needs = needs };
    }

    private static VqaDataset Only(IReadOnlyList<string> families, VqaDataset data) => QualityData.Where(data, row => families.Contains(row.Family));
}
