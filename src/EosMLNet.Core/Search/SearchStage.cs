namespace EosMLNet.Search;

/// <summary>
/// A stretch of a search that ends with a plan. Its limits tighten along the way: with many tokens left, the gradient tells which of them
/// are worth least, and so the few that stay in the end are found step by step rather than guessed at once.
/// </summary>
/// <param name="From">The limits that it begins with.</param>
/// <param name="To">The limits that it ends with.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="First">The steps of earlier stages.</param>
/// <param name="Tightening">The part of the steps after which the limits are reached; the rest settle what is left.</param>
/// <param name="Temperature">T of the soft selection at its first and last step.</param>
internal sealed record SearchStage(SearchConstraints From, SearchConstraints To, int Steps, int First, double Tightening,
    (double First, double Last) Temperature)
{
    // Counts move in this part of a stage at least. Then they rest, and the scores learn for them. Counts that go on moving would follow
    // scores that have yet to learn.
    private const double LeastMoving = 0.5;
    // What a search for several plans costs, in searches for one.
    private const double FrontCost = 1.5;
    // The part of the steps of several plans that is shared evenly: scores need some dozens to be worth anything.
    private const double Even = 1.0 / 3;
    // The last step's learning rate: all is to come to rest.
    private const double FinalRate = 0.1;

    /// <summary>The cost of a search for so many plans, in searches for one: half as much again, however many plans there are.</summary>
    internal static double Cost(int plans) => plans == 1 ? 1 : FrontCost;

    /// <summary>
    /// The stages of a search, one for each plan. They share the steps, a third of them evenly and the rest in inverse proportion to what
    /// their limits leave: the fewer tokens are left, the more depends on which, and the less a step costs.
    /// </summary>
    /// <param name="front">What each plan must satisfy.</param>
    /// <param name="settings">The steps of a search for one plan, and its schedules.</param>
    /// <param name="model">The model.</param>
    internal static IReadOnlyList<SearchStage> Of(IReadOnlyList<SearchConstraints> front, SearchSettings settings, PlanModel model)
    {
        IReadOnlyList<SearchConstraints> starts = [front[0].AtLeast(settings.InitialLimit, model), .. front.SkipLast(1)];
        double[] inverse = [.. front.Select(limits => 1 / limits.Share(model))];
        var stages = new List<SearchStage>();
        for (var i = 0; i < front.Count; i++)
        {
            var part = Even / front.Count + (1 - Even) * inverse[i] / inverse.Sum();
            var steps = Math.Max(1, (int)Math.Round(settings.Steps * Cost(front.Count) * part));
            var first = i == 0 ? 0 : stages[^1].First + stages[^1].Steps;
            stages.Add(new(starts[i], front[i], steps, first, settings.Tightening,
                (settings.InitialTemperature, settings.FinalTemperature)));
        }
        return stages;
    }

    /// <summary>The limits of a step, counted from 1 within the stage.</summary>
    internal SearchConstraints Limits(int step) => To.Loosened(From, Math.Max(0, 1 - step / Math.Max(1, Tightening * Steps)));

    /// <summary>The learning rate of a step, as a part of the settings'.</summary>
    internal double Rate(int step) => 1 + (FinalRate - 1) * Done(step);

    /// <summary>The steps after which the counts stay as they are.</summary>
    internal int CountsRest => Math.Min(Steps - 1, (int)(Math.Max(LeastMoving, Tightening) * Steps));

    /// <summary>
    /// The same for the counts. It rises as the limits tighten: under loose limits the loss says little about counts, and one that fell too
    /// early is slow to come back.
    /// </summary>
    internal double CountRate(int step) => step > CountsRest ? 0 : Rate(step) * Math.Min(1, step / Math.Max(1, Tightening * Steps));

    /// <summary>T of the soft selection at a step.</summary>
    internal double TemperatureAt(int step) => Temperature.First * Math.Pow(Temperature.Last / Temperature.First, Done(step));

    private double Done(int step) => (step - 1.0) / Math.Max(1, Steps - 1);
}
