using System.Diagnostics;
using EosMLNet.Data;
using EosMLNet.Models;
using EosMLNet.Reduction;
using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Searches, by gradient descent on a frozen model, where visual tokens are reduced, how many are kept and what happens to the rest
/// (Efficient Operator Search, arXiv:2606.05232). The selection is hard in the forward pass and soft in the backward pass; the constraints are one-sided.
/// </summary>
/// <param name="model">The model. It is not changed.</param>
/// <param name="settings">What to look for, and how.</param>
public sealed class OperatorSearch(VisionLanguageModel model, SearchSettings settings)
{
    // The multiplier moves after so many steps: long enough for the counts to follow.
    private const int LagrangianBlock = 10;
    // Pictures of one forward pass without gradients.
    private const int MeasuredTogether = 32;
    // Questions that each corner of each site is tried on: dozens of trials, so few of them.
    private const int TrialQuestions = 400;

    private readonly SearchForward forward = new(model);
    private readonly SearchRandom random = new(settings.Seed);

    /// <summary>Searches.</summary>
    /// <param name="training">Questions with answers.</param>
    /// <param name="validation">Held-out ones, for the decisions and accuracies of the report; <see langword="null"/> to hold back a tenth of the training pictures.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="EosException">EOS1013: a setting; EOS1014: a model without tokenizer; EOS1012: no data; EOS3001: a constraint that cannot be met; EOS3002: the loss stopped being a number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SearchResult Run(VqaDataset training, VqaDataset? validation = null, IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default) =>
        RunFront([settings.Constraints], training, validation, progress, cancellation)[0];

    /// <summary>
    /// Searches plans for several constraints, a Pareto front, at one and a half times the steps of one search: each plan's search goes on where the one before it ended.
    /// </summary>
    /// <param name="front">What each plan must satisfy, the loosest first; the settings' own constraints are not read.</param>
    /// <param name="training">As for <see cref="Run(VqaDataset, VqaDataset?, IProgress{SearchProgress}?, CancellationToken)"/>.</param>
    /// <param name="validation">As there.</param>
    /// <param name="progress">As there.</param>
    /// <param name="cancellation">As there.</param>
    /// <returns>A plan for each entry of <paramref name="front"/>, in its order. Samples, seconds and losses are those since the beginning.</returns>
    /// <exception cref="EosException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<SearchResult> RunFront(
        IReadOnlyList<SearchConstraints> front, VqaDataset training, VqaDataset? validation = null, IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        Check(front);
        var processor = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model has no tokenizer; the search needs one for questions and answers. Put the checkpoint's tokenizer and preprocessor files beside its weights.");
        if (validation is null)
            (training, validation) = training.Pictures.Count < 2 ? (training, training) : training.SplitByPicture(0.9, settings.Seed);
        using var searched = SearchData.Of(model, processor, training, QuestionsPerRow, settings.CacheBytes);
        using var held = SearchData.Of(model, processor, validation, QuestionsPerRow, settings.CacheBytes);
        return RunFront(front, searched, held, progress, cancellation);
    }

    // A score that depends on the question makes the kept tokens the question's own: no sharing.
    private int QuestionsPerRow => settings.SeesQuestion ? 1 : settings.QuestionsPerPicture;

    internal IReadOnlyList<SearchResult> RunFront(
        IReadOnlyList<SearchConstraints> front, SearchData training, SearchData held, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        Check(front);
        var clock = Stopwatch.StartNew();
        var stages = Stages(front);
        using var variables = new SearchVariables(model, settings);
        using var alignment = settings.AlignmentWeight > 0 ? new Alignment(forward, settings.CacheBytes) : null;
        var validation = Validation(held, settings.ValidationQuestions);
        var trial = Validation(held, Math.Min(TrialQuestions, settings.ValidationQuestions));
        var unreduced = validation.Measure(ReductionPlan.Identity(PlanModel.Of(model)), cancellation).Accuracy;
        var losses = new List<double>();
        var samples = 0L;
        var results = new List<SearchResult>();
        foreach (var stage in stages)
        {
            var multipliers = Optimise(stage, training, variables, alignment, losses, ref samples, new(stages[^1].First + stages[^1].Steps, clock, progress), cancellation);
            var (plan, constraints) = MakePlan(variables, multipliers, trial, cancellation);
            plan = plan with { Provenance = PlanMaker.Provenance(model, settings.Seed, samples, training.Fingerprint) };
            results.Add(new SearchResult(plan, new SearchReport
            {
                Sites = variables.Read(),
                Constraints = constraints,
                Samples = samples,
                Losses = [.. losses],
                ValidationQuestions = validation.Questions,
                ValidationAccuracy = validation.Measure(plan, cancellation).Accuracy,
                UnreducedAccuracy = unreduced,
                Seconds = clock.Elapsed.TotalSeconds,
                PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            }));
        }
        return results;
    }

    // Together half as many steps again as one search takes, the first stage twice as many as each of the others: it begins with nothing.
    private IReadOnlyList<SearchStage> Stages(IReadOnlyList<SearchConstraints> front)
    {
        const double FrontSteps = 1.5, LaterRate = 0.5;
        var part = front.Count == 1 ? settings.Steps : FrontSteps * settings.Steps / (front.Count + 1);
        var start = front[0].Loosened(SearchConstraints.Unreduced(PlanModel.Of(model)), settings.InitialSlack);
        var stages = new List<SearchStage> { new(start, front[0], Whole(front.Count == 1 ? part : 2 * part), 0, 1, settings.Tightening, (settings.InitialTemperature, settings.FinalTemperature)) };
        foreach (var constraints in front.Skip(1))
            stages.Add(new(stages[^1].To, constraints, Whole(part), stages[^1].First + stages[^1].Steps, LaterRate, settings.Tightening, (settings.FinalTemperature, settings.FinalTemperature)));
        return stages;

        static int Whole(double steps) => Math.Max(1, (int)Math.Round(steps));
    }

    private Validation Validation(SearchData held, int questions)
    {
        var count = 0;
        var rows = random.HeldOut(held.Rows).TakeWhile(row => (count += row.Segments.Count) - row.Segments.Count < questions).ToArray();
        return new Validation(model, forward, held, rows, Math.Max(settings.Sequences, MeasuredTogether));
    }

    private (ReductionPlan Plan, IReadOnlyList<ConstraintReport> Constraints) MakePlan(
        SearchVariables variables, IReadOnlyList<double> multipliers, Validation trial, CancellationToken cancellation)
    {
        var parameters = variables.ReadScores();
        var plan = ReductionPlan.Create(PlanModel.Of(model), PlanMaker.Sites(variables.Read(), variables.Budget, model.VisualTokens, settings.Frozen), parameters);
        if (settings.SnapToCorners)
            plan = CornerSnap.Apply(plan, settings.Frozen, candidate => trial.Measure(candidate, cancellation));
        var counts = variables.Counts();
        IReadOnlyList<ConstraintReport> constraints = [.. variables.Budget.Constraints.Select((c, i) => new ConstraintReport(c.Kind, c.Limit, c.Of(counts), plan.Ledger.Of(c.Kind), multipliers[i]))];
        return (plan with { Parameters = PlanMaker.Needed(plan.Sites, parameters), Constraints = PlanMaker.Constraints(constraints) }, constraints);
    }

    private IReadOnlyList<double> Optimise(
        SearchStage stage, SearchData training, SearchVariables variables, Alignment? alignment, List<double> losses, ref long samples, StepReporter reporter, CancellationToken cancellation)
    {
        using var scoreAdam = new Adam(variables.ScoreParameters, settings.LearningRate);
        using var siteAdam = new Adam(variables.SiteParameters, settings.SiteLearningRate);
        var lagrangian = new AugmentedLagrangian(stage.To.Limits.Count);
        var wanted = new double[stage.To.Limits.Count];
        for (var step = 1; step <= stage.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            variables.Limit(stage.Limits(step));
            var constraints = variables.Budget.Constraints;
            var rate = stage.Rate(step);
            (scoreAdam.LearningRate, siteAdam.LearningRate) = (settings.LearningRate * rate, settings.SiteLearningRate * rate);
            scoreAdam.ZeroGrad();
            siteAdam.ZeroGrad();

            var batch = new PackedBatch(random.Batch(training.Rows, settings.Sequences, stage.First + step), model.VisualTokens, model.PadTokenId, model.Device);
            var vision = training.Pictures.Get([.. batch.Rows.Select(row => row.Picture)]);
            var sites = variables.Sites(random.GateNoise(variables.Budget.Spans.Count, stage.First + step));
            var hidden = forward.Run(batch, vision, sites, stage.TemperatureAt(step), Candidates);
            var task = TaskLoss.CrossEntropy(batch, TaskLoss.LogProbabilities(model, batch, hidden));
            Tensor[] kept = [.. sites.Select(site => site.Count)];
            var loss = task.Plus(lagrangian.Terms([.. constraints.Select(c => c.Excess(kept))]));
            var distance = alignment?.Distance(batch, vision, hidden);
            if (distance is not null)
                loss = loss.Plus(distance.Times(settings.AlignmentWeight));
            loss.backward();
            losses.Add(task.Number());
            if (!double.IsFinite(loss.Number()))
            {
                throw new EosException(EosErrors.Diverged, FormattableString.Invariant($"The search's loss is {loss.Number()} in step {stage.First + step} of {reporter.Steps}. ") +
                    "Use a smaller LearningRate and SiteLearningRate; if the unreduced model gives such values too, load it in float32.");
            }
            scoreAdam.Step();
            siteAdam.Step();
            samples += batch.Questions;
            // How far the steps want to go beyond the budget is the multiplier's measure; how far they get is not theirs to say.
            var counts = variables.Counts();
            for (var i = 0; i < wanted.Length; i++)
                wanted[i] += constraints[i].Excess(counts) / LagrangianBlock;
            variables.MeetBudget();
            if (step % LagrangianBlock == 0)
            {
                lagrangian.Update(wanted);
                Array.Clear(wanted);
            }
            reporter.Report(stage.First + step, losses[^1], distance?.Number() ?? 0, variables.Budget.Mean(counts), lagrangian.Multipliers);
        }
        variables.Limit(stage.To);
        return lagrangian.Multipliers;
    }

    private int Candidates(int kept) =>
        settings.CandidateFactor == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, Math.Max(settings.CandidateFactor * kept, kept + 16));

    private void Check(IReadOnlyList<SearchConstraints> front)
    {
        if (front.Count == 0)
            throw new EosException(EosErrors.InvalidOption, "No constraints were given; expected those of at least one plan.");
        foreach (var constraints in front)
            (settings with { Constraints = constraints }).Check(model);
        if (front.Any(constraints => !constraints.Limits.Select(l => l.Kind).SequenceEqual(front[0].Limits.Select(l => l.Kind))))
            throw new EosException(EosErrors.InvalidOption, "The plans of one search have limits of different kinds; expected the same kinds for all, only their values differing.");
    }
}
