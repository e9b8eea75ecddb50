using System.Diagnostics;
using EosMLNet.Latency;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// Searches, by gradient descent on a frozen model, where visual tokens are reduced, how many are kept and what happens to the rest
/// (Efficient Operator Search, arXiv:2606.05232). The selection is hard in the forward pass and soft in the backward pass; the constraints
/// are one-sided.
/// </summary>
/// <param name="model">The model. It is not changed.</param>
/// <param name="settings">What to look for, and how.</param>
public sealed class OperatorSearch(VisionLanguageModel model, SearchSettings settings)
{
    // Images of one forward pass without gradients.
    private const int MeasuredTogether = 32;
    // Questions that each corner of each site is tried on: dozens of trials, so few of them.
    private const int TrialQuestions = 400;
    /// <summary>How many times prefill is measured for the report.</summary>
    internal const int TimedRounds = LatencyCalibration.DefaultRounds;

    private readonly SearchForward forward = new(model);
    private readonly SearchRandom random = new(settings.Seed);

    /// <summary>Searches.</summary>
    /// <param name="training">Questions with answers.</param>
    /// <param name="validation">Held-out ones, for the decisions and accuracies of the report; <see langword="null"/> to hold back a tenth
    /// of the training images.</param>
    /// <param name="progress">Told, on the thread that searches, after every step and after every piece of the work before, between and
    /// after the steps.</param>
    /// <param name="cancellation">Looked at before every step, every batch of questions and every image that is measured first. A search
    /// that it stops leaves its checkpoint, where it has one, and nothing else.</param>
    /// <exception cref="EosException">
    /// EOS1013: a setting; EOS1014: a model without tokenizer; EOS1012: no data; EOS3001: a constraint that cannot be met; EOS3002: the
    /// loss stopped being a number; EOS4002: a warm start for another model, or a latency table for another target; EOS4005: a checkpoint
    /// that cannot be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SearchResult Run(VqaDataset training, VqaDataset? validation = null, IProgress<SearchProgress>? progress = null,
        CancellationToken cancellation = default) =>
        RunFront([settings.Constraints], training, validation, progress, cancellation)[0];

    /// <summary>
    /// Searches plans for several constraints, a Pareto front, at one and a half times the steps of one search: each plan's search goes on
    /// where the one before it ended.
    /// </summary>
    /// <param name="front">What each plan must satisfy, the loosest first; the settings' own constraints are not read.</param>
    /// <param name="training">As for <see cref="Run(VqaDataset, VqaDataset?, IProgress{SearchProgress}?, CancellationToken)"/>.</param>
    /// <param name="validation">As there.</param>
    /// <param name="progress">As there.</param>
    /// <param name="cancellation">As there.</param>
    /// <returns>A plan for each entry of <paramref name="front"/>, in its order. Samples and losses are those since the beginning; trials,
    /// seconds and memory those of all.</returns>
    /// <exception cref="EosException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<SearchResult> RunFront(
        IReadOnlyList<SearchConstraints> front, VqaDataset training, VqaDataset? validation = null,
        IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        Check(front);
        (training, validation) = Split(training, validation, settings.Seed);
        var meter = Meter(front, [settings], training, validation, progress, cancellation);
        var results =
            WithData(training, validation, meter, cancellation, (searched, held) => Search(front, searched, held, meter, 0, cancellation));
        meter.Finish();
        if (settings.CheckpointPath is { } done)
            File.Delete(done);
        return results;
    }

    /// <summary>
    /// Searches with several seeds, on the same questions; each has a checkpoint of its own, whose name ends with the seed.
    /// </summary>
    /// <param name="seeds">The seeds; the settings' own only says which images are held back.</param>
    /// <param name="training">As for <see cref="Run(VqaDataset, VqaDataset?, IProgress{SearchProgress}?, CancellationToken)"/>.</param>
    /// <param name="validation">As there.</param>
    /// <param name="progress">As there; each seed begins at step 1, and <see cref="SearchProgress.Fraction"/> is that of all of
    /// them.</param>
    /// <param name="cancellation">As there.</param>
    /// <returns>A result for each seed, in their order. <c>MaxBy(result => result.Report.ValidationAccuracy)</c> is the plan to
    /// use.</returns>
    /// <exception cref="EosException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<SearchResult> RunSeeds(
        IReadOnlyList<int> seeds, VqaDataset training, VqaDataset? validation = null, IProgress<SearchProgress>? progress = null,
        CancellationToken cancellation = default) =>
        [.. RunFrontWithSeeds([settings.Constraints], seeds, training, validation, progress, cancellation).Select(plans => plans[0])];

    /// <summary>
    /// Searches plans for several constraints with several seeds; each seed has a checkpoint of its own, whose name ends with the seed. All
    /// of them are deleted at the end.
    /// </summary>
    /// <param name="front">As for <see cref="RunFrontAndKeep"/>.</param>
    /// <param name="seeds">As there.</param>
    /// <param name="training">As there.</param>
    /// <param name="validation">As there.</param>
    /// <param name="progress">As there.</param>
    /// <param name="cancellation">As there.</param>
    /// <returns>For each seed, a result for each entry of <paramref name="front"/>.</returns>
    /// <exception cref="EosException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<SearchResult>> RunFrontWithSeeds(
        IReadOnlyList<SearchConstraints> front, IReadOnlyList<int> seeds, VqaDataset training, VqaDataset? validation,
        IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        var results = RunFrontAndKeep(front, seeds, training, validation, progress, cancellation);
        // only now: a run that was stopped finds the seeds that were done
        foreach (var done in seeds.Select(seed => CheckpointOf(settings, seed)).OfType<string>())
            File.Delete(done);
        return results;
    }

    /// <summary>
    /// Searches plans for several constraints with several seeds. The checkpoints are left where they are: a search that is done is read
    /// from there when it is asked for again.
    /// </summary>
    /// <param name="front">As for <see cref="RunFront(IReadOnlyList{SearchConstraints}, VqaDataset, VqaDataset?,
    /// IProgress{SearchProgress}?, CancellationToken)"/>.</param>
    /// <param name="seeds">The seeds; the settings' own only says which images are held back.</param>
    /// <param name="training">As for <see cref="Run(VqaDataset, VqaDataset?, IProgress{SearchProgress}?, CancellationToken)"/>.</param>
    /// <param name="validation">As there.</param>
    /// <param name="progress">As for <see cref="RunSeeds"/>.</param>
    /// <param name="cancellation">As there.</param>
    /// <returns>For each seed, a result for each entry of <paramref name="front"/>.</returns>
    /// <exception cref="EosException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<IReadOnlyList<SearchResult>> RunFrontAndKeep(
        IReadOnlyList<SearchConstraints> front, IReadOnlyList<int> seeds, VqaDataset training, VqaDataset? validation,
        IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        if (seeds.Count == 0 || seeds.Distinct().Count() < seeds.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"The seeds are {string.Join(", ", seeds)}; expected at least one, and none twice.");
        Check(front);
        (training, validation) = Split(training, validation, settings.Seed);
        SearchSettings[] each = [.. seeds.Select(seed => settings with { Seed = seed, CheckpointPath = CheckpointOf(settings, seed) })];
        var meter = Meter(front, each, training, validation, progress, cancellation);
        // What is made of the data does not depend on the seed.
        var results = WithData(training, validation, meter, cancellation, (searched, held) => each
            .Select((one, i) => new OperatorSearch(model, one).Search(front, searched, held, meter, i, cancellation))
            .ToArray());
        meter.Finish();
        return results;
    }

    // Knows, before anything is computed, what the searches are likely to be, and where they stand.
    private SearchMeter Meter(IReadOnlyList<SearchConstraints> front, IReadOnlyList<SearchSettings> each, VqaDataset training,
        VqaDataset held, IProgress<SearchProgress>? progress, CancellationToken cancellation) =>
        Meter(front, each, SearchSize.Of(training, settings), SearchSize.Of(held, settings), training.Fingerprint, held.Fingerprint,
            progress, cancellation);

    private SearchMeter Meter(
        IReadOnlyList<SearchConstraints> front, IReadOnlyList<SearchSettings> each, SearchSize training, SearchSize held,
        string trainingFingerprint, string heldFingerprint, IProgress<SearchProgress>? progress,
        CancellationToken cancellation)
    {
        var stages = SearchStage.Of(front, settings, model.ToPlanModel());
        var sites = settings.Layers(model).Count;
        var searches = each.Select(one =>
        {
            var work = new SearchWork(stages, one, held, sites);
            if (SearchCheckpoint.Of(model, one, front, trainingFingerprint, heldFingerprint)?.Look() is { } standing)
                work.Resume(standing, one);
            if (!model.HasAnswerForm)
                work.LeaveTiming();
            return work;
        }).ToArray();
        var meter = new SearchMeter(progress, cancellation: cancellation);
        meter.Expect(searches, SearchWork.Guesses(model, settings, stages, training), settings, training, held);
        return meter;
    }

    /// <summary>The checkpoint of one of several seeds.</summary>
    /// <param name="settings">The settings of the search.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The file; null where the settings name none.</returns>
    public static string? CheckpointOf(SearchSettings settings, int seed) => settings.CheckpointPath is { } path ? $"{path}.{seed}" : null;

    private static (VqaDataset Training, VqaDataset Validation) Split(VqaDataset training, VqaDataset? validation, int seed) =>
        validation is not null ? (training, validation) : training.Images.Count < 2 ? (training, training)
            : training.SplitByImage(0.9, seed);

    private T WithData<T>(VqaDataset training, VqaDataset validation, SearchMeter meter, CancellationToken cancellation,
        Func<SearchData, SearchData, T> search)
    {
        var processor = model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model has no tokenizer; the search needs one for questions and answers. Put the checkpoint's tokenizer and preprocessor " +
            "files beside its weights.");
        List<string> families =
            [.. training.Examples.Concat(validation.Examples).Select(row => row.Family).Distinct().Order(StringComparer.Ordinal)];
        using var searched = SearchData.Of(model, processor, training, families, settings, cancellation, meter);
        using var held = SearchData.Of(model, processor, validation, families, settings, cancellation, meter, isTraining: false);
        return search(searched, held);
    }

    internal IReadOnlyList<SearchResult> RunFront(
        IReadOnlyList<SearchConstraints> front, SearchData training, SearchData held, IProgress<SearchProgress>? progress,
        CancellationToken cancellation)
    {
        Check(front);
        var meter = Meter(front, [settings], SearchSize.Of(training), SearchSize.Of(held), training.Fingerprint, held.Fingerprint, progress,
            cancellation);
        var results = Search(front, training, held, meter, 0, cancellation);
        meter.Finish();
        return results;
    }

    private IReadOnlyList<SearchResult> Search(
        IReadOnlyList<SearchConstraints> front, SearchData training, SearchData held, SearchMeter meter, int index,
        CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        meter.BeginSearch(index);
        model.Identity.Begin();
        var sizes = model.ImagesVary
            ? ImageSizes.Of(training.Rows.SelectMany(row => row.Images).Select(image => image.Layout.Count)) : null;
        var planned = sizes is null ? model.ToPlanModel() : model.ToPlanModel() with { VisualTokens = (int)Math.Round(sizes.Mean) };
        foreach (var constraints in sizes is null ? [] : front)
            constraints.Check(planned, settings.Layers(model), settings.DearestSites(model), sizes: sizes);
        var stages = SearchStage.Of(front, settings, planned);
        var working = ComputeType.Of(model.DataType);
        using var basis = Basis(training, working, meter);
        using var unreducedPass = settings.AlignmentWeight > 0 || settings.Objective == SearchObjective.UnreducedModel
            ? new UnreducedPass(model, forward, StepGradient.Layers(model, settings), settings.CacheBytes, meter) : null;
        var gradient = new StepGradient(model, forward, settings, unreducedPass);
        var validation = Validation(held, settings.ValidationQuestions, meter);
        var steps = stages.Sum(stage => stage.Steps);
        Validation[] trials = [.. stages.Select(stage => Validation(held, QuestionsOfTrial(settings, stage, steps), meter))];
        meter.Begin(SearchPhase.Unreduced, validation.Questions, meter.Work.Unreduced);
        var unreduced = Validation(held, settings.ValidationQuestions, meter, settings.QuestionsPerImage)
            .Measure(ReductionPlan.Identity(model.ToPlanModel()), cancellation);
        meter.End();
        var guard = front[0].FamilyDrop is { } drop ? new FamilyGuard([.. unreduced.Families.Select(family => family.Probability)], drop)
            : null;
        using var state =
            new SearchState(new SearchVariables(model, settings with { Constraints = front[0] }, basis, sizes), settings, guard);
        var checkpoint = SearchCheckpoint.Of(model, settings, front, training.Fingerprint, held.Fingerprint);
        checkpoint?.LoadInto(state);
        model.Identity.Get(cancellation); // the plan will name the weights: if they cannot be told, that is known before the long work
        foreach (var (stage, trial) in stages.Zip(trials).Skip(state.Stages.Count))
            new StageRun(model, settings, stage, state, gradient, trial, meter, Save).Run(training, cancellation);
        var results = front.Select((constraints, i) =>
            Result(constraints, state, i, training, validation, trials[i], unreduced, meter, clock, cancellation)).ToArray();
        var tried = validation.Answered + trials.Sum(trial => trial.Answered);
        return [.. results.Select(result => result with { Report = result.Report with { TrialQuestions = tried } })];

        void Save() => checkpoint?.Save(state, state.SecondsBefore + clock.Elapsed.TotalSeconds);
    }

    private SearchResult Result(
        SearchConstraints limits, SearchState state, int index, SearchData training, Validation validation, Validation trial,
        ValidationResult unreduced, SearchMeter meter, Stopwatch clock, CancellationToken cancellation)
    {
        var (variables, ended) = (state.Variables, state.Stages[index]);
        variables.Restore(ended.Values);
        variables.Limit(limits);
        var (plan, constraints) = MakePlan(limits, variables, ended.Multipliers, trial, meter, index, cancellation);
        plan = plan with
        {
            Provenance = PlanMaker.Provenance(model, settings.Seed, ended.Samples, training.Fingerprint),
            ImagePadding = model.Processor?.Images.Padding,
        };
        meter.Begin(SearchPhase.Validation, validation.Questions, meter.Work.Last[index]);
        var reached = validation.Measure(plan, cancellation);
        meter.End();
        var report = new SearchReport
        {
            Sites = variables.Read(),
            Constraints = constraints,
            Latency = model.HasAnswerForm ? Latency(limits, plan, meter, index, cancellation) : null, // else of the model that answers
            Samples = ended.Samples,
            Losses = [.. state.Losses.Take(ended.Losses)],
            ValidationQuestions = validation.Questions,
            MeasuredForm = model.Form,
            ValidationAccuracy = reached.Accuracy,
            SearchedForm = model.Form,
            SearchedAccuracy = reached.Accuracy,
            UnreducedAccuracy = unreduced.Accuracy,
            FamilyDrops = unreduced.Drops(training.Families, reached),
            FamilyDropLimit = limits.FamilyDrop,
            Seconds = state.SecondsBefore + clock.Elapsed.TotalSeconds,
            PeakMemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
        };
        return new SearchResult(plan, report) { Held = new HeldQuestions(model, validation, unreduced, limits, settings.CacheBytes) };
    }

    private LatencyReport? Latency(SearchConstraints limits, ReductionPlan plan, SearchMeter meter, int index,
        CancellationToken cancellation)
    {
        if (!limits.MeasuresLatency)
            return null;
        meter.Begin(SearchPhase.Latency, TimedRounds, meter.Work.Timed[index]);
        var report = LatencyReport.Measure(model, limits, plan, TimedRounds, meter.Reached, cancellation);
        meter.End();
        return report;
    }

    private ScoreBasis Basis(SearchData training, ScalarType working, SearchMeter meter)
    {
        var rows = random.Sample(training.Rows);
        meter.Begin(SearchPhase.Images, ScoreBasis.Images(rows).Count);
        return ScoreBasis.Of(model, training, rows, settings.RelevanceRank, working);
    }

    /// <summary>Questions of a trial. Stages share them as they share the steps.</summary>
    internal static int QuestionsOfTrial(SearchSettings settings, SearchStage stage, int steps) =>
        (int)Math.Ceiling((double)Math.Min(TrialQuestions, settings.ValidationQuestions) * stage.Steps / steps);

    // Together: where no score looks at questions, as in the unreduced model, so many of those about an image share its sequence.
    private Validation Validation(SearchData held, int questions, SearchMeter meter, int together = 1)
    {
        var count = 0;
        IReadOnlyList<PackedRow> rows =
            [.. random.HeldOut(held.Rows).TakeWhile(row => (count += row.Segments.Count) - row.Segments.Count < questions)];
        if (together > 1)
            rows = PackedRow.Pack(rows.SelectMany(row => row.Segments.Select(segment => (row.Images, segment))), together);
        return new Validation(model, forward, held, rows, Math.Max(settings.Sequences, MeasuredTogether), meter);
    }

    private (ReductionPlan Plan, IReadOnlyList<ConstraintReport> Constraints) MakePlan(
        SearchConstraints limits, SearchVariables variables, IReadOnlyList<double> multipliers, Validation trial, SearchMeter meter,
        int index, CancellationToken cancellation)
    {
        var parameters = variables.ReadScores();
        var searched = variables.Read();
        var plan = PlanMaker.Plan(model, settings.Frozen, variables, searched, parameters);
        if (settings.SnapToCorners)
        {
            meter.BeginTrials(SearchPhase.Corners, meter.Work.Corners[index], SearchWork.UsualQuestions(trial.Questions),
                SearchWork.UsualCorners);
            plan = CornerSnap.Apply(plan, settings.Frozen, (candidate, bar) => trial.MeasureUnlessWorse(candidate, bar, cancellation),
                meter.TrialsLeft);
            meter.End();
        }
        var counts = variables.Counts();
        IReadOnlyList<ConstraintReport> constraints = [
            .. variables.Budget.Constraints.Select((c, i) =>
                new ConstraintReport(c.Kind, c.Limit, c.Of(counts), limits.Spent(c.Kind, plan), multipliers[i]))];
        return (plan with { Parameters = PlanMaker.Needed(plan.Sites, parameters), Constraints = PlanMaker.Constraints(constraints) },
            constraints);
    }

    private void Check(IReadOnlyList<SearchConstraints> front)
    {
        if (front.Count == 0)
            throw new EosException(EosErrors.InvalidOption, "No constraints were given; expected those of at least one plan.");
        foreach (var constraints in front)
            (settings with { Constraints = constraints }).Check(model);
        if (front.Any(constraints => !constraints.Limits.Select(l => l.Kind).SequenceEqual(front[0].Limits.Select(l => l.Kind))))
            throw new EosException(EosErrors.InvalidOption,
                "The plans of one search have limits of different kinds; expected the same kinds for all, only their values differing.");
        if (front.Any(constraints => constraints.FamilyDrop != front[0].FamilyDrop))
            throw new EosException(EosErrors.InvalidOption,
                "The plans of one search have different limits on what a family may lose; expected the same FamilyDrop for all.");
    }
}
