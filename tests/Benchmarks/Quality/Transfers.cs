using EosMLNet.Models;

namespace Benchmarks.Quality;

/// <summary>Plans away from home: on question families, or on a base model, that their search did not see.</summary>
internal static class Transfers
{
    internal const string Families = "transfer-families", Models = "transfer-models", SecondModel = "second-model";

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

    /// <summary>Plans on the base model that they were not searched on, and what they compare with.</summary>
    internal static IReadOnlyList<Trial> OverModels(QualitySettings settings)
    {
        var home = QualityTrials.Eos(settings, settings.CloseBudget, seed: 1);
        var search = QualityTrials.Default(settings, settings.CloseBudget, seed: 1);
        var there = Moved("second model's plan on the second", bench => bench.Search(search, on: bench.Second), onSecond: true, SecondModel);
        return
        [
            Moved("unreduced second model", bench => new Found(ReductionPlan.Identity(bench.Second.ToPlanModel())), onSecond: true, SecondModel),
            Moved("first model's plan on the second", bench => new Found(bench.Plan(home) with { Model = bench.Second.ToPlanModel() }), onSecond: true, SecondModel, home.FindKey),
            there,
            Moved("second model's plan on the first", bench => new Found(bench.Plan(there) with { Model = bench.Model.ToPlanModel() }), onSecond: false, there.FindKey),
        ];

        Trial Moved(string method, Func<Workbench, Found> find, bool onSecond, params IReadOnlyList<string> needs) =>
            home with { Section = Models, Method = method, Find = find, OnSecondModel = onSecond, Needs = needs };
    }

    private static VqaDataset Only(IReadOnlyList<string> families, VqaDataset data) => QualityData.Where(data, row => families.Contains(row.Family));
}
