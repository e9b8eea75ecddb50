using System.Diagnostics;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>Follows the work of a search, or of several with different seeds, and tells of it.</summary>
/// <param name="progress">Who wants to know.</param>
/// <param name="seconds">The time in seconds since the search began; <see langword="null"/> for a clock that starts now.</param>
/// <param name="cancellation">Looked at before each image as long as there is no state that a checkpoint should keep.</param>
internal sealed class SearchMeter(IProgress<SearchProgress>? progress, Func<double>? seconds = null,
    CancellationToken cancellation = default)
{
    // Within a step or a trial there is a report when so much time has passed since the last one.
    private const double MostSilent = 1;
    // How many of the usual trials a trial that was seen weighs as much as.
    private const double Usual = 8;

    private readonly Func<double> seconds = seconds ?? StartClock();
    private readonly HashSet<PromptImage> trainingImages = [], heldImages = [];
    private IReadOnlyList<SearchWork> searches = [];
    private WorkEstimate estimate = null!;
    private SearchSettings settings = null!;
    private (SearchSize Training, SearchSize Held) data;
    private int search, answersLeft, states;
    private WorkPart part = new(WorkKind.Unreduced, 0);
    private SearchProgress now = new(0, 0, double.NaN, 0, double.NaN, [], default);
    private double reported = double.NegativeInfinity;
    private (int Most, int Questions, double Part) trials;

    /// <summary>Says what is to come.</summary>
    /// <param name="searches">The work of each seed.</param>
    /// <param name="guesses">What its units are likely to cost.</param>
    /// <param name="settings">The settings of all of them.</param>
    /// <param name="training">Size of the training data.</param>
    /// <param name="held">Size of the validation data.</param>
    internal void Expect(IReadOnlyList<SearchWork> searches, IReadOnlyDictionary<WorkKind, double> guesses, SearchSettings settings,
        SearchSize training, SearchSize held)
    {
        (this.searches, this.settings, data) = (searches, settings, (training, held));
        answersLeft = settings.Objective == SearchObjective.UnreducedModel ? training.Questions + held.Questions : 0;
        estimate = new(seconds, guesses);
        Reckon();
        estimate.Resume(searches.SelectMany(one => one.Before));
        now = now with { Steps = searches[0].StepCount, Searches = searches.Count };
    }

    /// <summary>The work of the present search.</summary>
    internal SearchWork Work => searches[search];

    /// <summary>The next of the searches begins.</summary>
    internal void BeginSearch(int index)
    {
        search = index;
        var resumed = Work.ResumedFrom;
        now = new SearchProgress(resumed, Work.StepCount, double.NaN, 0, double.NaN, [], default)
        {
            ResumedFrom = resumed,
            Search = index + 1,
            Searches = searches.Count,
        };
    }

    /// <summary>A phase begins.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="total">Its units.</param>
    /// <param name="of">The work that it is; <see langword="null"/> for images, which have a count of their own.</param>
    internal void Begin(SearchPhase phase, int total, WorkPart? of = null)
    {
        part = of ?? new(WorkKind.Image, 0);
        now = now with { Phase = phase, Done = 0, Total = total };
        Report();
    }

    /// <summary>What the phase was about is done, however much was expected.</summary>
    internal void End() => part.Left = 0;

    /// <summary>Does what is not a phase of its own, such as a check between two steps.</summary>
    internal void Within(WorkPart of, Action work)
    {
        var outer = part;
        part = of;
        work();
        part = outer;
    }

    /// <summary>A unit of the present work begins.</summary>
    internal void BeginUnit() => estimate.Begin(part.Kind);

    /// <summary>Units of the present work have ended, in a phase that counts them.</summary>
    internal void EndUnit(int units)
    {
        estimate.End(units);
        part.Left -= units;
        if (now.Phase is SearchPhase.Unreduced or SearchPhase.Validation)
            now = now with { Done = Math.Min(now.Total, now.Done + units) };
        else if (seconds() - reported < MostSilent)
            return;
        Report();
    }

    /// <summary>A step has ended.</summary>
    internal void EndStep(int step, double loss, double alignment, double mean, IReadOnlyList<double> multipliers)
    {
        estimate.End(1);
        part.Left--;
        now = now with
        {
            Phase = SearchPhase.Steps,
            Step = step,
            Done = step,
            Total = now.Steps,
            Loss = loss,
            Alignment = alignment,
            MeanVisualTokens = mean,
            Multipliers = [.. multipliers],
        };
        Report();
    }

    /// <summary>The steps go on.</summary>
    internal void ContinueSteps(WorkPart of) =>
        (part, now) = (of, now with { Phase = SearchPhase.Steps, Done = now.Step, Total = now.Steps });

    /// <summary>Trials begin.</summary>
    /// <param name="phase">What they are of.</param>
    /// <param name="of">The work that they are.</param>
    /// <param name="questions">Questions that one usually takes.</param>
    /// <param name="usual">Of the most that there can be, the part that there usually are.</param>
    internal void BeginTrials(SearchPhase phase, WorkPart of, int questions, double usual)
    {
        trials = (0, questions, usual);
        now = now with { Phase = phase, Done = -1, Total = 0 };
        part = of;
    }

    /// <summary>A trial has ended, or the first one begins.</summary>
    /// <param name="most">The most that can still come.</param>
    internal void TrialsLeft(int most)
    {
        if (now.Done < 0)
            trials.Most = most;
        now = now with { Done = now.Done + 1 };
        now = now with { Total = now.Done + most };
        var gone = trials.Most - most;
        part.Left = trials.Questions * Math.Min(most, most * (now.Done + trials.Part * Usual) / (gone + Usual));
        Report();
    }

    /// <summary>So many of the phase's units are done.</summary>
    internal void Reached(int done)
    {
        now = now with { Done = done };
        part.Left = now.Total - done;
        Report();
    }

    /// <summary>Watches the images of some data as they are encoded.</summary>
    internal void Watch(ImageCache images, bool training) => images.Encoding = (image, encode) =>
    {
        if (now.Phase is SearchPhase.Images or SearchPhase.Unreduced)
            cancellation.ThrowIfCancellationRequested();
        if (!(training ? trainingImages : heldImages).Add(image))
            return encode(); // once more, for want of room: that is what a step costs
        var output = Timed(WorkKind.Image, encode);
        if (now.Phase == SearchPhase.Images)
            now = now with { Done = Math.Min(now.Total, now.Done + 1) };
        else if (seconds() - reported < MostSilent)
            return output;
        Report();
        return output;
    };

    /// <summary>A row's states in the unreduced model, which are computed once.</summary>
    internal Tensor State(Func<Tensor> compute)
    {
        states++;
        return Timed(WorkKind.State, compute);
    }

    // A unit of a kind that is charged by itself, wherever it happens.
    private T Timed<T>(WorkKind kind, Func<T> work)
    {
        estimate.Begin(kind);
        var result = work();
        estimate.End(1);
        return result;
    }

    /// <summary>Questions are answered by the unreduced model.</summary>
    internal IProgress<int> Answers(int total)
    {
        Begin(SearchPhase.Unreduced, total);
        estimate.Begin(WorkKind.Answer);
        return new Handler(done =>
        {
            var more = done - now.Done;
            estimate.End(more);
            answersLeft -= more;
            now = now with { Done = done };
            Report();
            if (done < total)
                estimate.Begin(WorkKind.Answer);
        });
    }

    /// <summary>All is done.</summary>
    internal void Finish()
    {
        estimate.Finish();
        Tell(TimeSpan.Zero);
    }

    private void Report()
    {
        Reckon();
        estimate.Advance();
        Tell(estimate.Remaining is { } rest ? TimeSpan.FromSeconds(rest) : null);
    }

    private void Tell(TimeSpan? remaining)
    {
        reported = seconds();
        progress?.Report(now with { Fraction = estimate.Fraction, Remaining = remaining, Elapsed = TimeSpan.FromSeconds(reported) });
    }

    // What is still to come of each kind.
    private void Reckon()
    {
        var parts = searches.Skip(search).SelectMany(one => one.Parts).ToLookup(each => each.Kind, each => Math.Max(0, each.Left));
        foreach (var kind in Enum.GetValues<WorkKind>())
            estimate.Expect(kind, parts[kind].Sum());
        estimate.Expect(WorkKind.Answer, answersLeft);
        var rows = (int)Math.Min(data.Training.Rows, parts[WorkKind.Step].Sum() * settings.Sequences);
        var keepsStates = settings.AlignmentWeight > 0 || settings.Objective == SearchObjective.UnreducedModel;
        estimate.Expect(WorkKind.State, keepsStates ? Math.Min(rows, data.Training.Rows - states) : 0);
        // An image that was not seen is among the rows to come as likely as any.
        var unseen =
            Math.Max(0, data.Training.Images - trainingImages.Count) * (data.Training.ImagesOf(rows) / Math.Max(1, data.Training.Images));
        var held = parts[WorkKind.Unreduced].Any(left => left > 0)
            ? Math.Min(data.Held.Images - heldImages.Count, parts[WorkKind.Unreduced].First()) : 0;
        estimate.Expect(WorkKind.Image, unseen + Math.Max(0, held));
    }

    private static Func<double> StartClock()
    {
        var clock = Stopwatch.StartNew();
        return () => clock.Elapsed.TotalSeconds;
    }

    private sealed class Handler(Action<int> handle) : IProgress<int>
    {
        public void Report(int value) => handle(value);
    }
}
