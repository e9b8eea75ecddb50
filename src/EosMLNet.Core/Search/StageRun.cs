using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>The steps of one stage of a search, with the trials and checks between them.</summary>
/// <param name="model">The model.</param>
/// <param name="settings">The settings of the search.</param>
/// <param name="stage">The stage.</param>
/// <param name="state">What the steps change.</param>
/// <param name="gradient">Makes the gradients of a step.</param>
/// <param name="trial">The held-out questions that decisions are made on.</param>
/// <param name="meter">Told of what is done.</param>
/// <param name="save">Writes the checkpoint, where there is one.</param>
internal sealed class StageRun(
    VisionLanguageModel model, SearchSettings settings, SearchStage stage, SearchState state, StepGradient gradient, Validation trial,
    SearchMeter meter, Action save)
{
    // The guard's multipliers move after so many steps: long enough for the loss to follow.
    private const int GuardBlock = 10;

    private readonly SearchRandom random = new(settings.Seed);

    /// <summary>Makes the steps that are left of the stage, and ends it.</summary>
    /// <param name="training">The training data.</param>
    /// <param name="cancellation">Looked at before each step; what was done is saved first.</param>
    internal void Run(SearchData training, CancellationToken cancellation)
    {
        var (work, at) = (meter.Work, state.Stages.Count);
        var (steps, checks, counts, sites) = (work.Steps[at], work.Checks[at], work.Counts[at], work.Sites[at]);
        if (state.Step == 0 && stage.First > 0)
        {
            // Under looser limits many schedules were as good, and the one that was found is no guide to what tighter ones need.
            state.Variables.Return();
            state.Variables.Limit(stage.From);
            state.Variables.KeepAsAtFirst();
        }
        while (state.Step < stage.Steps && !state.Stopped)
        {
            if (cancellation.IsCancellationRequested)
            {
                save();
                cancellation.ThrowIfCancellationRequested();
            }
            if (state.Step == stage.CountsRest && !state.CountsTried)
                TryCounts(cancellation);
            state.Step++;
            meter.ContinueSteps(steps);
            MakeStep(training);
            if (settings.Patience is { } patience && state.Step % settings.CheckEvery == 0
                && state.Step >= settings.Tightening * stage.Steps)
                meter.Within(checks, () => Judge(patience, cancellation));
            if ((stage.First + state.Step) % settings.CheckpointEvery == 0)
                save();
        }
        if (state.Best is { } best)
            state.Variables.Restore(best.Values);
        (steps.Left, checks.Left, counts.Left, sites.Left) = (0, 0, 0, 0); // fewer than expected, where there was no gain any more
        state.EndStage();
        save();
    }

    // As the counts come to rest, so that the scores learn for what the trials leave.
    private void TryCounts(CancellationToken cancellation)
    {
        save(); // trials take a while, and a search that is stopped meanwhile begins them anew
        var parameters = state.Variables.ReadScores();
        state.Variables.Limit(stage.Limits(state.Step));
        if (settings.ShiftsCounts)
            ShiftCounts(parameters, cancellation);
        if (settings.Frozen.DropsSites)
            DropSites(parameters, cancellation);
        state.CountsTried = true;
    }

    private void ShiftCounts(ScoreParameters parameters, CancellationToken cancellation)
    {
        var variables = state.Variables;
        meter.BeginTrials(SearchPhase.Counts, meter.Work.Counts[state.Stages.Count], SearchWork.UsualQuestions(trial.Questions),
            SearchWork.UsualCounts);
        ValidationBar? bar = null;
        var shifted = CountTrials.Apply(variables.Read(), Loss, meter.TrialsLeft);
        meter.End();
        variables.Keep([.. shifted.Select(site => site.Keep)]);

        double Loss(IReadOnlyList<SearchedSite> sites)
        {
            var plan = PlanMaker.Plan(model, settings.Frozen, variables, sites, parameters);
            if (trial.MeasureUnlessWorse(plan, bar, cancellation) is not { } found)
                return double.PositiveInfinity;
            if (bar is null || found.Loss < bar.Best.Loss)
                bar = new(found, Answers: false);
            return found.Loss;
        }
    }

    private void DropSites(ScoreParameters parameters, CancellationToken cancellation)
    {
        var variables = state.Variables;
        meter.BeginTrials(SearchPhase.Sites, meter.Work.Sites[state.Stages.Count], trial.Questions, SearchWork.UsualSites);
        var left = SiteTrials.Apply(variables.Read(), variables.Budget.VisualTokens,
            sites => PlanMaker.CanMeet(sites, variables.Budget)
                ? PlanMaker.Plan(model, settings.Frozen, variables, sites, parameters) : null,
            plan => trial.Measure(plan, cancellation), stage.To.Seconds, meter.TrialsLeft);
        meter.End();
        variables.Drop([.. left.Select(site => site.Activation > 0)]);
        variables.Keep([.. left.Select(site => site.Keep)]);
    }

    private void MakeStep(SearchData training)
    {
        meter.BeginUnit();
        using var scope = NewDisposeScope();
        var (variables, step) = (state.Variables, stage.First + state.Step);
        variables.Limit(stage.Limits(state.Step));
        var constraints = variables.Budget.Constraints;
        state.ZeroGrad();

        var rows = random.Batch(training.Rows, settings.Sequences, step);
        var sites = variables.Sites(random.GateNoise(variables.Budget.Spans.Count, step));
        var loss = gradient.Backward(rows, training.Images, sites, stage.TemperatureAt(state.Step),
            [.. constraints.Zip(state.Multipliers.Values)], state.Guard);
        if (!double.IsFinite(loss.Total))
        {
            throw new EosException(EosErrors.Diverged,
                FormattableString.Invariant($"The search's loss is {loss.Total} in step {step} of {meter.Work.StepCount}. ") +
                "Use a smaller LearningRate and SiteLearningRate; if the unreduced model gives such values too, load it in float32." +
                (settings.CheckpointPath is { } path && File.Exists(path) ? $" '{path}' keeps the last good state." : ""));
        }
        state.Losses.Add(loss.Task);
        var counts = variables.Counts();
        state.Multipliers.Update(variables.CountGradient(), [.. constraints.Select(variables.CountGradient)],
            [.. constraints.Select(c => c.Excess(counts))]);
        state.Move(stage);
        state.Samples += rows.Sum(row => row.Segments.Count);
        variables.MeetBudget();
        if (state.Step % GuardBlock == 0)
            state.Guard?.Update();
        meter.EndStep(step, state.Losses[^1], loss.Alignment, variables.Budget.Mean(variables.Counts()), state.Multipliers.Values);
    }

    // Remembers the best values, and stops the stage when there were none for too long.
    private void Judge(int patience, CancellationToken cancellation)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var loss = trial.Measure(state.Variables.Sites(), cancellation).Loss;
        state.Best = state.Best is { } best && best.Loss <= loss ? best with { Checks = best.Checks + 1 }
            : (loss, state.Variables.Values(), 0);
        state.Stopped = state.Best.Value.Checks >= patience;
    }
}
