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
    // The last step's learning rate relative to the first: counts and γ are to come to rest.
    private const double FinalRate = 0.1;

    // Pictures of one forward pass without gradients.
    private const int MeasuredTogether = 32;
    // Pictures that each corner of each site is tried on: dozens of trials, so few of them.
    private const int TrialPictures = 64;

    private readonly SearchForward forward = new(model);
    private readonly SearchRandom random = new(settings.Seed);

    /// <summary>Searches.</summary>
    /// <param name="training">Questions with answers.</param>
    /// <param name="validation">Held-out ones, for the decisions and accuracies of the report; <see langword="null"/> to hold back a tenth of the training pictures.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="EosException">EOS1013: a setting; EOS1014: a model without tokenizer; EOS1012: no data; EOS3001: a constraint that cannot be met; EOS3002: the loss stopped being a number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SearchResult Run(VqaDataset training, VqaDataset? validation = null, IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        settings.Check(model);
        var processor = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model has no tokenizer; the search needs one for questions and answers. Put the checkpoint's tokenizer and preprocessor files beside its weights.");
        if (validation is null)
            (training, validation) = training.Pictures.Count < 2 ? (training, training) : training.SplitByPicture(0.9, settings.Seed);
        using var searched = SearchData.Of(model, processor, training, QuestionsPerRow, settings.CacheBytes);
        using var held = SearchData.Of(model, processor, validation, QuestionsPerRow, settings.CacheBytes);
        return Run(searched, held, progress, cancellation);
    }

    // A score that depends on the question makes the kept tokens the question's own: no sharing.
    private int QuestionsPerRow => settings.SeesQuestion ? 1 : settings.QuestionsPerPicture;

    internal SearchResult Run(SearchData training, SearchData held, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        settings.Check(model);
        var clock = Stopwatch.StartNew();
        using var variables = new SearchVariables(model, settings);
        using var alignment = settings.AlignmentWeight > 0 ? new Alignment(forward, settings.CacheBytes) : null;
        PackedRow[] measured = [.. random.HeldOut(held.Rows).Take(settings.ValidationPictures)];
        var validation = new Validation(model, forward, held, measured, Math.Max(settings.BatchSize, MeasuredTogether));
        var trial = new Validation(model, forward, held, [.. measured.Take(TrialPictures)], MeasuredTogether);
        var (losses, samples, multipliers) = Optimise(training, variables, alignment, clock, progress, cancellation);

        var sites = variables.Read();
        var parameters = variables.ReadScores();
        var plan = ReductionPlan.Create(PlanModel.Of(model), PlanMaker.Sites(sites, variables.Budget, model.VisualTokens, settings.Frozen), parameters);
        if (settings.SnapToCorners)
            plan = CornerSnap.Apply(plan, settings.Frozen, candidate => trial.Measure(candidate, cancellation));
        var counts = variables.Counts();
        IReadOnlyList<ConstraintReport> constraints = [.. variables.Budget.Constraints.Select((c, i) => new ConstraintReport(c.Kind, c.Limit, c.Of(counts), plan.Ledger.Of(c.Kind), multipliers[i]))];
        plan = plan with
        {
            Parameters = PlanMaker.Needed(plan.Sites, parameters),
            Constraints = PlanMaker.Constraints(constraints),
            Provenance = PlanMaker.Provenance(model, settings.Seed, samples, training.Fingerprint),
        };
        return new SearchResult(plan, new SearchReport
        {
            Sites = sites,
            Constraints = constraints,
            Samples = samples,
            Losses = losses,
            ValidationQuestions = validation.Questions,
            ValidationAccuracy = validation.Measure(plan, cancellation).Accuracy,
            UnreducedAccuracy = validation.Measure(ReductionPlan.Identity(PlanModel.Of(model)), cancellation).Accuracy,
            Seconds = clock.Elapsed.TotalSeconds,
            PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        });
    }

    private (IReadOnlyList<double> Losses, long Samples, IReadOnlyList<double> Multipliers) Optimise(
        SearchData training, SearchVariables variables, Alignment? alignment, Stopwatch clock, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        using var probeAdam = new Adam(variables.ScoreParameters, settings.LearningRate);
        using var siteAdam = new Adam(variables.SiteParameters, settings.SiteLearningRate);
        var constraints = variables.Budget.Constraints;
        var lagrangian = new AugmentedLagrangian(constraints.Count);
        var losses = new List<double>(settings.Steps);
        var samples = 0L;
        var wanted = new double[constraints.Count];
        for (var step = 1; step <= settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var done = (step - 1.0) / Math.Max(1, settings.Steps - 1);
            var rate = 1 - done * (1 - FinalRate);
            (probeAdam.LearningRate, siteAdam.LearningRate) = (settings.LearningRate * rate, settings.SiteLearningRate * rate);
            probeAdam.ZeroGrad();
            siteAdam.ZeroGrad();

            var temperature = settings.InitialTemperature * Math.Pow(settings.FinalTemperature / settings.InitialTemperature, done);
            var batch = new PackedBatch(random.Batch(training.Rows, settings.BatchSize, step), model.VisualTokens, model.PadTokenId, model.Device);
            var vision = training.Pictures.Get([.. batch.Rows.Select(row => row.Picture)]);
            var sites = variables.Sites(random.GateNoise(variables.Budget.Spans.Count, step));
            var hidden = forward.Run(batch, vision, sites, temperature, Candidates);
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
                throw new EosException(EosErrors.Diverged, FormattableString.Invariant($"The search's loss is {loss.Number()} in step {step} of {settings.Steps}. ") +
                    "Use a smaller LearningRate and SiteLearningRate; if the unreduced model gives such values too, load it in float32.");
            }
            probeAdam.Step();
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
            progress?.Report(new SearchProgress(step, settings.Steps, losses[^1], distance?.Number() ?? 0, variables.Budget.Mean(counts), [.. lagrangian.Multipliers], clock.Elapsed));
        }
        return (losses, samples, lagrangian.Multipliers);
    }

    private int Candidates(int kept) =>
        settings.CandidateFactor == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, Math.Max(settings.CandidateFactor * kept, kept + 16));
}
