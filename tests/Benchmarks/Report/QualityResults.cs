using Benchmarks.Quality;
using EosMLNet.Evaluation;
using EosMLNet.Evaluation.Benchmarks;

namespace Benchmarks.Report;

/// <summary>What is measured so far, and what follows from it.</summary>
internal sealed class QualityResults
{
    private readonly ILookup<string, Measured> bySection;

    internal QualityResults(Workbench bench, IReadOnlyList<Trial> trials)
    {
        var units = bench.Store.Done(QualityUnits.Of(bench, trials));
        (Bench, Trials, Done) = (bench, trials, Measured.Collect(bench, trials, units));
        bySection = Done.ToLookup(done => done.Trial.Section);
        Unreduced = Of(QualityTrials.Main).FirstOrDefault(done => done.Trial.Kind == MethodKind.Unreduced);
        Shrunk = Of(QualityTrials.Shrunk).FirstOrDefault();
        Difficult = Unreduced is null || Shrunk is null ? null : DifficultQuestions.Of(Unreduced.Scores, Shrunk.Scores);
        Differences = [.. bench.Settings.Budgets.SelectMany(DifferencesAt)];
        AgnosticDifferences = [.. bench.Settings.Budgets.SelectMany(AgnosticDifferencesAt)];
        Times = [.. Done.Where(done => Latencies.IsTimed(done.Trial) && units.Contains(Latencies.KeyOf(done.Trial)))
            .Select(done => (done, bench.Store.Read<AnswerTimes>(Latencies.KeyOf(done.Trial))!))];
    }

    internal Workbench Bench { get; }

    internal IReadOnlyList<Trial> Trials { get; }

    internal IReadOnlyList<Measured> Done { get; }

    /// <summary>The model as it is; <see langword="null"/> until it is measured.</summary>
    internal Measured? Unreduced { get; }

    /// <summary>The model as it is on shrunk images; <see langword="null"/> until it is measured.</summary>
    internal Measured? Shrunk { get; }

    /// <summary>What only the whole images tell the model; <see langword="null"/> until both are measured.</summary>
    internal DifficultQuestions? Difficult { get; }

    /// <summary>How long single answers take under the operator search's plans, in the order of the trials.</summary>
    internal IReadOnlyList<(Measured Plan, AnswerTimes Times)> Times { get; }

    /// <summary>The operator search against every other method, at each budget.</summary>
    internal IReadOnlyList<Difference> Differences { get; }

    /// <summary>The question-agnostic operator search against the presets that do not look at the question either.</summary>
    internal IReadOnlyList<Difference> AgnosticDifferences { get; }

    /// <summary>The plans of a section, in the order of the trials.</summary>
    internal IEnumerable<Measured> Of(string section) => bySection[section];

    /// <summary>The plans of the operator search as it comes, in the order of the trials.</summary>
    internal IEnumerable<Measured> Searched => Of(QualityTrials.Main).Where(done => done.Trial.Kind == MethodKind.Eos);

    /// <summary>The methods compared at a budget, each with the plans of all its seeds.</summary>
    internal IReadOnlyList<IReadOnlyList<Measured>> MethodsAt(int budget) =>
        [.. Of(QualityTrials.Main).Where(done => done.Trial.Budget == budget).GroupBy(done => done.Trial.Method).Select(method => method.ToList())];

    /// <summary>The question-agnostic operator search at a budget, with the plans of all its seeds; empty until one is measured.</summary>
    internal IReadOnlyList<Measured> AgnosticAt(int budget) => [.. Of(QualityTrials.Agnostic).Where(done => done.Trial.Budget == budget)];

    /// <summary>The share of test questions to which a plan gives the unreduced model's answer.</summary>
    internal double? Agreement(Measured plan) => Unreduced is null || !AnswersTestQuestions(plan) ? null : plan.Answers.Zip(Unreduced.Answers, AnswerComparison.IsCorrect).Average(same => same ? 1.0 : 0.0);

    /// <summary>The share of difficult questions that a method answers rightly; <see langword="null"/> where it is not known.</summary>
    internal double? DifficultAccuracy(IReadOnlyList<Measured> method) =>
        method.All(AnswersTestQuestions) ? Difficult?.Accuracy(method.Select(plan => plan.Scores)) : null;

    /// <summary>The question family that a method loses most on; <see langword="null"/> until the unreduced model is measured.</summary>
    internal WorstFamily? WorstFamilyOf(IReadOnlyList<Measured> method) =>
        Unreduced is null || !method.All(AnswersTestQuestions) ? null : WorstFamily.Of([.. method.Select(plan => plan.ByFamily)], Unreduced.ByFamily);

    private static bool AnswersTestQuestions(Measured plan) => plan.Trial.On != TestGround.OtherSize;

    private IEnumerable<Difference> DifferencesAt(int budget)
    {
        var methods = MethodsAt(budget);
        return methods.FirstOrDefault(method => method[0].Trial.Kind == MethodKind.Eos) is not { } eos ? []
            : Against(budget, eos, [.. methods.Where(method => method != eos), .. Unreduced is null ? Array.Empty<IReadOnlyList<Measured>>() : [[Unreduced]]]);
    }

    private IEnumerable<Difference> AgnosticDifferencesAt(int budget) => AgnosticAt(budget) is not { Count: > 0 } eos ? []
        : Against(budget, eos, MethodsAt(budget).Where(method => method[0].Trial.Kind == MethodKind.Preset && method[0].Plan.IsQuestionAgnostic));

    private IEnumerable<Difference> Against(int budget, IReadOnlyList<Measured> eos, IEnumerable<IReadOnlyList<Measured>> others)
    {
        var best = others.Where(method => method[0].Trial.Kind == MethodKind.Preset).MaxBy(method => method.Average(plan => plan.Accuracy));
        foreach (var other in others)
        {
            var interval = PairedBootstrap.FamilyAverage(Bench.Data.Test, Mean(eos), Mean(other));
            yield return new Difference(budget, eos[0].Trial.Method, other[0].Trial.Method, Points(interval.Difference), Points(interval.Low), Points(interval.High), other == best);
        }
    }

    // Each question's score, averaged over seeds.
    private static double[] Mean(IReadOnlyList<Measured> seeds) => [.. Enumerable.Range(0, seeds[0].Scores.Count).Select(row => seeds.Average(seed => seed.Scores[row]))];

    private static double Points(double share) => Math.Round(100 * share, 2);
}
