namespace EosMLNet.Search;

/// <summary>The state of a search: all that its steps change. With it a search goes on from where it was stopped.</summary>
internal sealed class SearchState : IDisposable
{
    private readonly SearchSettings settings;
    private readonly Adam scores, counts, sites;

    /// <param name="variables">Where the search begins; the state owns them from now on.</param>
    /// <param name="settings">The learning rates.</param>
    /// <param name="guard">The limit on what a family may lose.</param>
    internal SearchState(SearchVariables variables, SearchSettings settings, FamilyGuard? guard)
    {
        (Variables, this.settings, Guard) = (variables, settings, guard);
        scores = new Adam(variables.ScoreParameters, settings.LearningRate);
        counts = new Adam(variables.CountParameters, settings.CountLearningRate);
        sites = new Adam(variables.SiteParameters, settings.SiteLearningRate);
        Multipliers = NoMultipliers();
    }

    internal SearchVariables Variables { get; }

    internal ConstraintMultipliers Multipliers { get; private set; }

    internal FamilyGuard? Guard { get; }

    /// <summary>The task loss of every step.</summary>
    internal List<double> Losses { get; } = [];

    internal long Samples { get; set; }

    /// <summary>Time spent before the search was stopped and resumed.</summary>
    internal double SecondsBefore { get; private set; }

    /// <summary>Steps made in the present stage.</summary>
    internal int Step { get; set; }

    /// <summary>Whether shifts of the counts have been tried in the present stage.</summary>
    internal bool CountsTried { get; set; }

    /// <summary>Whether the present stage has ended before its last step.</summary>
    internal bool Stopped { get; set; }

    /// <summary>The lowest validation loss of the present stage, the values that gave it, and how many checks have passed since.</summary>
    internal (double Loss, IReadOnlyList<double[]> Values, int Checks)? Best { get; set; }

    /// <summary>The stages that have ended: their last values, multipliers, and where the counters stood.</summary>
    internal List<Ended> Stages { get; } = [];

    /// <summary>What a stage ended with.</summary>
    internal sealed record Ended(IReadOnlyList<double[]> Values, double[] Multipliers, int Losses, long Samples);

    /// <summary>Where a saved search stands.</summary>
    /// <param name="StepsMade">Steps of all stages.</param>
    /// <param name="StagesEnded">Stages that have ended.</param>
    /// <param name="Step">Steps made in the stage after them.</param>
    /// <param name="CountsTried">Whether its counts were tried.</param>
    internal sealed record Standing(int StepsMade, int StagesEnded, int Step, bool CountsTried)
    {
        /// <summary>Reads it from what was saved.</summary>
        /// <exception cref="KeyNotFoundException">A name is missing.</exception>
        /// <exception cref="IndexOutOfRangeException">Numbers are missing.</exception>
        internal static Standing Of(double[] counters, double[] losses) =>
            new(losses.Length, (int)counters[4], (int)counters[0], counters[7] != 0);
    }

    /// <summary>Lets each optimiser make a step.</summary>
    /// <param name="stage">Says which part of their learning rates.</param>
    internal void Move(SearchStage stage)
    {
        Move(scores, settings.LearningRate * stage.Rate(Step));
        Move(counts, settings.CountLearningRate * stage.CountRate(Step));
        Move(sites, settings.SiteLearningRate * stage.Rate(Step));

        static void Move(Adam optimiser, double rate)
        {
            optimiser.LearningRate = rate;
            optimiser.Step();
        }
    }

    internal void ZeroGrad()
    {
        foreach (var optimiser in Optimisers)
            optimiser.ZeroGrad();
    }

    /// <summary>Ends the present stage. The next one has moments and multipliers of its own.</summary>
    internal void EndStage()
    {
        Stages.Add(new(Variables.Values(), [.. Multipliers.Values], Losses.Count, Samples));
        foreach (var optimiser in Optimisers)
            optimiser.Reset();
        (Multipliers, Step, CountsTried, Stopped, Best) = (NoMultipliers(), 0, false, false, null);
    }

    /// <summary>All of it as named numbers.</summary>
    /// <param name="seconds">Time spent so far.</param>
    internal IReadOnlyDictionary<string, double[]> Save(double seconds)
    {
        var saved = new Dictionary<string, double[]>
        {
            ["counters"] =
                [Step, Stopped ? 1 : 0, Samples, seconds, Stages.Count, Best?.Loss ?? 0, Best?.Checks ?? -1, CountsTried ? 1 : 0],
            ["losses"] = [.. Losses],
            ["multipliers"] = Multipliers.State(),
        };
        Add("variables", Variables.Values());
        for (var i = 0; i < Optimisers.Length; i++)
        {
            var (steps, moments) = Optimisers[i].State();
            saved[$"optimiser.{i}"] = [steps];
            Add($"optimiser.{i}", moments);
        }
        if (Guard is not null)
            saved["guard"] = Guard.State();
        if (Best is { } best)
            Add("best", best.Values);
        for (var i = 0; i < Stages.Count; i++)
        {
            saved[$"stage.{i}"] = [Stages[i].Losses, Stages[i].Samples, .. Stages[i].Multipliers];
            Add($"stage.{i}", Stages[i].Values);
        }
        return saved;

        void Add(string name, IReadOnlyList<double[]> values)
        {
            for (var i = 0; i < values.Count; i++)
                saved[$"{name}.{i}"] = values[i];
        }
    }

    /// <summary>Goes back to what was saved.</summary>
    /// <exception cref="KeyNotFoundException">A name is missing.</exception>
    /// <exception cref="IndexOutOfRangeException">Numbers are missing.</exception>
    internal void Load(IReadOnlyDictionary<string, double[]> saved)
    {
        var counters = saved["counters"];
        (Step, Stopped, Samples, SecondsBefore, CountsTried) =
            ((int)counters[0], counters[1] != 0, (long)counters[2], counters[3], counters[7] != 0);
        Losses.AddRange(saved["losses"]);
        Multipliers.Restore(saved["multipliers"]);
        Variables.Restore(All("variables"));
        for (var i = 0; i < Optimisers.Length; i++)
            Optimisers[i].Restore((int)saved[$"optimiser.{i}"][0], All($"optimiser.{i}"));
        Guard?.Restore(saved["guard"]);
        if (counters[6] >= 0)
            Best = (counters[5], All("best"), (int)counters[6]);
        for (var i = 0; i < (int)counters[4]; i++)
        {
            var ended = saved[$"stage.{i}"];
            Stages.Add(new(All($"stage.{i}"), ended[2..], (int)ended[0], (long)ended[1]));
        }

        IReadOnlyList<double[]> All(string name) =>
            [.. Enumerable.Range(0, int.MaxValue).TakeWhile(i => saved.ContainsKey($"{name}.{i}")).Select(i => saved[$"{name}.{i}"])];
    }

    private Adam[] Optimisers => [scores, counts, sites];

    private ConstraintMultipliers NoMultipliers() => new(Variables.Budget.Constraints.Count, Variables.Budget.Spans.Count);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var optimiser in Optimisers)
            optimiser.Dispose();
        Variables.Dispose();
    }
}
