using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>The work that one search is likely to be, part by part.</summary>
internal sealed class SearchWork
{
    /// <summary>
    /// Of the most trials that there can be, the part that there usually are: most first tries gain nothing, most corners cost something.
    /// </summary>
    internal const double UsualCounts = 0.45, UsualSites = 1, UsualCorners = 0.7;
    // Of a trial's questions, the part after which most plans that are worse are known to be.
    private const double UsualTrial = 0.2;
    // Corners of a site.
    private const int MostCorners = 4;

    private readonly IReadOnlyList<SearchStage> stages;

    /// <param name="stages">The stages of the search.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="held">The validation data's size.</param>
    /// <param name="sites">Sites that there can be.</param>
    internal SearchWork(IReadOnlyList<SearchStage> stages, SearchSettings settings, SearchSize held, int sites)
    {
        this.stages = stages;
        StepCount = stages.Sum(stage => stage.Steps);
        var questions = Math.Min(settings.ValidationQuestions, held.Questions);
        int[] trial = [.. stages.Select(stage => Math.Min(questions, OperatorSearch.QuestionsOfTrial(settings, stage, StepCount)))];
        var counts = settings.ShiftsCounts ? 1 + UsualTrial * UsualCounts * CountTrials.Most(sites) : 0;
        var dropped = settings.Frozen.DropsSites ? UsualSites * SiteTrials.Most(sites) : 0;
        var corners = settings.SnapToCorners ? 1 + UsualTrial * UsualCorners * MostCorners * sites : 0;
        Unreduced = new(WorkKind.Unreduced, questions);
        Steps = [.. stages.Select(stage => new WorkPart(WorkKind.Step, stage.Steps))];
        Counts = [.. trial.Select(each => new WorkPart(WorkKind.Trial, each * counts))];
        Sites = [.. trial.Select(each => new WorkPart(WorkKind.Trial, each * dropped))];
        Checks = [.. stages.Zip(trial, (stage, each) => new WorkPart(WorkKind.Trial, each * ChecksFrom(stage, settings, 0)))];
        Corners = [.. trial.Select(each => new WorkPart(WorkKind.Trial, each * corners))];
        Last = [.. trial.Select(_ => new WorkPart(WorkKind.Trial, questions))];
        Timed = [.. stages.Select(stage => new WorkPart(WorkKind.Measurement, stage.To.MeasuresLatency ? OperatorSearch.TimedRounds : 0))];
    }

    /// <summary>Steps of all stages.</summary>
    internal int StepCount { get; }

    internal WorkPart Unreduced { get; }
    internal IReadOnlyList<WorkPart> Steps { get; }
    internal IReadOnlyList<WorkPart> Counts { get; }
    internal IReadOnlyList<WorkPart> Sites { get; }
    internal IReadOnlyList<WorkPart> Checks { get; }
    internal IReadOnlyList<WorkPart> Corners { get; }
    internal IReadOnlyList<WorkPart> Last { get; }
    internal IReadOnlyList<WorkPart> Timed { get; }

    internal IEnumerable<WorkPart> Parts => [Unreduced, .. Steps, .. Counts, .. Sites, .. Checks, .. Corners, .. Last, .. Timed];

    /// <summary>The step that it goes on from.</summary>
    internal int ResumedFrom { get; private set; }

    /// <summary>Units that a process before this one did.</summary>
    internal IEnumerable<(WorkKind Kind, double Units)> Before { get; private set; } = [];

    /// <summary>What a unit of each kind is likely to cost, in unreduced questions. Measured costs soon take its place.</summary>
    internal static IReadOnlyDictionary<WorkKind, double> Guesses(VisionLanguageModel model, SearchSettings settings,
        IReadOnlyList<SearchStage> stages, SearchSize training)
    {
        var plan = model.ToPlanModel();
        // A large model costs what its tokens are, a small one what its operations are: something between.
        var reduced = Math.Sqrt(Math.Clamp(stages.Average(stage => stage.To.Share(plan)), 0.05, 1));
        var questions = settings.Sequences * Math.Max(1, (double)training.Questions / Math.Max(1, training.Rows));
        double Size(bool vision) =>
            model.Weights.Where(weight => weight.Key.Contains("vision", StringComparison.Ordinal) == vision)
                .Sum(weight => (double)weight.Value.numel());
        return new Dictionary<WorkKind, double>
        {
            [WorkKind.Image] = Math.Max(0.01, Size(vision: true) / Math.Max(1, Size(vision: false))),
            [WorkKind.Answer] = 2,
            [WorkKind.Unreduced] = 1,
            [WorkKind.State] = 1,
            [WorkKind.Step] = 3 * questions * reduced, // forward, and backward twice as much
            [WorkKind.Trial] = reduced,
            [WorkKind.Measurement] = 4, // alone, and twice
        };
    }

    /// <summary>Questions of a trial that ends as soon as its plan is known to be worse.</summary>
    internal static int UsualQuestions(int questions) => (int)Math.Ceiling(UsualTrial * questions);

    /// <summary>Checks of a stage that can still come.</summary>
    internal static int ChecksFrom(SearchStage stage, SearchSettings settings, int step) => settings.Patience is null ? 0
        : Enumerable.Range(step + 1, Math.Max(0, stage.Steps - step))
            .Count(s => s % settings.CheckEvery == 0 && s >= settings.Tightening * stage.Steps);

    /// <summary>Prefill is not timed: that is done with another model.</summary>
    internal void LeaveTiming()
    {
        foreach (var part in Timed)
            part.Left = 0;
    }

    /// <summary>The search goes on from a checkpoint.</summary>
    internal void Resume(SearchStanding standing, SearchSettings settings)
    {
        double steps = 0, trials = 0;
        for (var i = 0; i < stages.Count && i <= standing.Stages.Count; i++)
        {
            var ended = i < standing.Stages.Count;
            var made = ended ? stages[i].Steps : standing.Step;
            steps += Take(Steps[i], made);
            if (ended || standing.CountsTried)
                trials += Take(Counts[i], Counts[i].Left) + Take(Sites[i], Sites[i].Left);
            trials += Take(Checks[i],
                ended ? Checks[i].Left
                    : Checks[i].Left
                        * (1 - (double)ChecksFrom(stages[i], settings, made) / Math.Max(1, ChecksFrom(stages[i], settings, 0))));
        }
        ResumedFrom = standing.StepsMade;
        Before = [(WorkKind.Step, steps), (WorkKind.Trial, trials)];

        static double Take(WorkPart part, double units)
        {
            part.Left -= units;
            return units;
        }
    }
}
