namespace Benchmarks.Searching;

/// <summary>Pruning by published scores, with a free schedule: the tower's [CLS] attention, and behind the first layer also the last instruction token's attention.</summary>
internal static class PublishedPruning
{
    /// <summary>The plan of a schedule.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shape">What each layer keeps relative to the others; made to fit the budget, so that only the proportions matter. None above its predecessor.</param>
    /// <param name="budget">Mean visual tokens.</param>
    /// <param name="textShare">The weight of the text's attention in the score where there is any, from 0 to 1.</param>
    /// <param name="change">What each site is besides, for a search of more than the schedule.</param>
    internal static ReductionPlan Plan(PlanModel model, IReadOnlyList<double> shape, double budget, double textShare, Func<ReductionSite, ReductionSite>? change = null)
    {
        var keeps = Counts(model, shape, budget);
        var sites = new List<ReductionSite>();
        var entering = model.VisualTokens;
        for (var layer = 0; layer < keeps.Length; layer++)
        {
            if (keeps[layer] == entering)
                continue;
            var site = new ReductionSite { Layer = layer, Keep = keeps[layer], Score = Score(layer, textShare) };
            sites.Add(change?.Invoke(site) ?? site);
            entering = keeps[layer];
        }
        return ReductionPlan.Create(model, sites);
    }

    /// <summary>Whole numbers in the proportions of the shape whose mean is the budget exactly.</summary>
    internal static int[] Counts(PlanModel model, IReadOnlyList<double> shape, double budget)
    {
        var highest = shape.Max();
        return Apportionment.Round([.. shape.Select(r => model.VisualTokens * r / highest)], [.. shape.Select(_ => 1)], model.VisualTokens, (long)Math.Floor(budget * model.Layers + 1e-6));
    }

    private static Dictionary<ScoreCriterion, double> Score(int layer, double textShare)
    {
        if (layer == 0 || textShare == 0)
            return new() { [ScoreCriterion.ClsAttention] = 1 };
        return textShare == 1 ? new() { [ScoreCriterion.TextAttention] = 1 }
            : new() { [ScoreCriterion.ClsAttention] = 1 - textShare, [ScoreCriterion.TextAttention] = textShare };
    }
}
