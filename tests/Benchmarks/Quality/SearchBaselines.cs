using System.Text.Json;
using Benchmarks.Searching;
using EosMLNet.Evaluation;
using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Search;

namespace Benchmarks.Quality;

/// <summary>
/// Other ways to search, under the same constraint and with as many answered questions as the operator search: they tell whether the operator is worth searching, and whether the gradient is.
/// </summary>
internal static class SearchBaselines
{
    // The operator search tries up to four corners at each of its sites, and up to six shifts of counts at each but the first, on so many questions.
    private const int TrialQuestions = 400, CornersASite = 4, ShiftsASite = 6;

    private const double ShareStep = 0.25;

    // Prune, and nothing else: what is left to search is how many tokens each layer keeps.
    private static readonly FrozenParameters RatesOnly = new() { Transfer = 0, Reweight = 0, ProportionalAttention = 0, Diversity = 0 };

    /// <summary>A gradient search of the rates alone, by published scores.</summary>
    internal static Trial PublishedRates(QualitySettings settings, int budget, int seed) =>
        Rates(settings, budget, seed, "published scores", search => search with { Scores = [ScoreCriterion.ClsAttention, ScoreCriterion.TextAttention] });

    /// <summary>The same by the operator search's own scores: what is left of its lead is the operator's.</summary>
    internal static Trial OwnRates(QualitySettings settings, int budget, int seed) => Rates(settings, budget, seed, "our scores", search => search);

    private static Trial Rates(QualitySettings settings, int budget, int seed, string scores, Func<SearchSettings, SearchSettings> change) => QualityTrials.Searched(
        QualityTrials.Main, $"rate-only gradient, {scores}", MethodKind.Search, change(QualityTrials.Default(settings, budget, seed) with { Frozen = RatesOnly, SnapToCorners = false }));

    /// <summary>Searches without gradients.</summary>
    internal static IReadOnlyList<Trial> TriedAt(QualitySettings settings, int budget, int seed) =>
    [
        Tried(settings, budget, "random search", seed, model => FreePlans.Dimensions(model), RandomSearch.Maximise, (model, point) => FreePlans.Plan(model, budget, point)),
        Tried(settings, budget, "uniform schedule", seed, _ => 1, Grid, (model, point) => Uniform(model, budget, point[0])),
        Tried(settings, budget, "P-Sigmoid, random search", seed, _ => PSigmoid.Dimensions, RandomSearch.Maximise, (model, point) => PSigmoid.Plan(model, budget, point)),
        Tried(settings, budget, "P-Sigmoid, Bayesian search", seed, _ => PSigmoid.Dimensions, BayesianSearch.Maximise, (model, point) => PSigmoid.Plan(model, budget, point)),
    ];

    /// <summary>Every layer keeps the same share of what enters it.</summary>
    internal static ReductionPlan Uniform(PlanModel model, double budget, double textShare)
    {
        double low = 0, high = 1;
        for (var i = 0; i < 60; i++)
        {
            var rate = (low + high) / 2;
            if (Shape(rate).Average() * model.VisualTokens > budget)
                high = rate;
            else
                low = rate;
        }
        return PublishedPruning.Plan(model, Shape(low), budget, textShare);

        double[] Shape(double rate) => [.. Enumerable.Range(1, model.Layers).Select(layer => Math.Pow(rate, layer))];
    }

    /// <summary>How many questions the operator search answers with these settings at most, those included on which it tries corners, counts and sites.</summary>
    internal static long Questions(SearchSettings search, VqaDataset data, int layers)
    {
        var together = search.SeesQuestion ? 1 : search.QuestionsPerImage;
        var sequences = data.Examples.GroupBy(row => row.Images[0]).Sum(image => Math.Ceiling((double)image.Count() / together));
        var trials = (search.SnapToCorners ? 1 + CornersASite * layers : 0) + (search.TryCounts ? 1 + ShiftsASite * (layers - 1) : 0)
            + (search.Frozen.DropsSites ? SiteTrials.Most(layers) : 0);
        return (long)(search.Steps * search.Sequences * data.Examples.Count / sequences) + (long)trials * TrialQuestions;
    }

    private static Trial Tried(QualitySettings settings, int budget, string method, int seed, Func<PlanModel, int> dimensions, BoxSearch search, Func<PlanModel, double[], ReductionPlan> plan) => new()
    {
        Section = QualityTrials.Main,
        Budget = budget,
        Method = method,
        Kind = MethodKind.Search,
        Seed = seed,
        Settings = $"{settings.TrialQuestions} {settings.MostTrials} {JsonSerializer.Serialize(QualityTrials.Default(settings, budget, seed))}",
        Find = bench =>
        {
            var model = bench.PlanModel;
            var data = bench.Data.Search;
            var rows = data.SplitByImage(Math.Min(0.9, (double)settings.TrialQuestions / data.Examples.Count), seed).First;
            var affordable = (int)(Questions(QualityTrials.Default(settings, budget, seed), data, model.Layers) / rows.Examples.Count);
            using var images = new ImageCache(bench.Model, rows);
            var tried = 0;
            var (point, value) = search(dimensions(model), Math.Clamp(affordable, 2, settings.MostTrials), seed, point =>
            {
                tried++;
                return Evaluator.Evaluate(new ReducedModel(bench.Model, bench.Fit(plan(model, point))), rows, images: images).FamilyAverage;
            });
            return new Found(bench.Fit(plan(model, point)), (long)tried * rows.Examples.Count, FormattableString.Invariant($"{tried} plans on {rows.Examples.Count} questions, the best right on {value:p1} of them"));
        },
    };

    // All there is to choose for a uniform schedule: the share of the text's attention in the score.
    private static (double[] Point, double Value) Grid(int dimensions, int evaluations, int seed, Func<double[], double> value) =>
        Enumerable.Range(0, 1 + (int)(1 / ShareStep)).Select(i => new[] { i * ShareStep }).Select(point => (point, value(point))).MaxBy(tried => tried.Item2);
}
