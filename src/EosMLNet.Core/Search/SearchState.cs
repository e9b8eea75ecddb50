namespace EosMLNet.Search;

/// <summary>The state of a search: all that its steps change. With it a search goes on from where it was stopped.</summary>
internal sealed class SearchState : IDisposable
{
    private const string LossesName = "losses", MultipliersName = "multipliers", CountGradientName = "countGradient",
        FamiliesName = "families.probability", FamilyMultipliersName = "families.multiplier", VariablePrefix = "variable",
        MeanPrefix = "mean", SquarePrefix = "square", BestPrefix = "best";

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
    internal (double Loss, IReadOnlyDictionary<string, double[]> Values, int Checks)? Best { get; set; }

    /// <summary>The stages that have ended: their last values, multipliers, and where the counters stood.</summary>
    internal List<Ended> Stages { get; } = [];

    /// <summary>What a stage ended with.</summary>
    internal sealed record Ended(IReadOnlyDictionary<string, double[]> Values, double[] Multipliers, int Losses, long Samples);

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

    /// <summary>Where the search stands.</summary>
    /// <param name="seconds">Time spent so far.</param>
    internal SearchStanding Standing(double seconds) => new()
    {
        StepsMade = Losses.Count,
        Samples = Samples,
        Seconds = seconds,
        Stages = [.. Stages.Select(stage => new SearchStanding.Ended(stage.Losses, stage.Samples))],
        Step = Step,
        CountsTried = CountsTried,
        Stopped = Stopped,
        Best = Best is { } best ? new(best.Loss, best.Checks) : null,
    };

    /// <summary>All arrays of numbers beside <see cref="Standing"/>.</summary>
    internal SavedNumbers Save()
    {
        var saved = new SavedNumbers([]);
        saved.Add(LossesName, [.. Losses]);
        saved.Add(MultipliersName, [.. Multipliers.Values]);
        saved.Add(CountGradientName, [.. Multipliers.Gradient]);
        saved.Add(VariablePrefix, Variables.Values());
        foreach (var (parameter, mean, square) in Optimisers.SelectMany(optimiser => optimiser.Moments()))
        {
            saved.Add($"{MeanPrefix}.{Variables.NameOf(parameter)}", mean);
            saved.Add($"{SquarePrefix}.{Variables.NameOf(parameter)}", square);
        }
        if (Guard is not null)
        {
            saved.Add(FamiliesName, [.. Guard.Probabilities]);
            saved.Add(FamilyMultipliersName, [.. Guard.Multipliers]);
        }
        if (Best is { } best)
            saved.Add(BestPrefix, best.Values);
        for (var i = 0; i < Stages.Count; i++)
        {
            saved.Add(StageName(i, MultipliersName), Stages[i].Multipliers);
            saved.Add(StageName(i, VariablePrefix), Stages[i].Values);
        }
        return saved;
    }

    /// <summary>Goes back to what was saved.</summary>
    /// <exception cref="InvalidDataException">An array is missing, or has another length than this search's.</exception>
    internal void Load(SearchStanding standing, SavedNumbers saved)
    {
        var now = Variables.Values();
        (Step, Stopped, Samples, SecondsBefore, CountsTried) =
            (standing.Step, standing.Stopped, standing.Samples, standing.Seconds, standing.CountsTried);
        Losses.AddRange(saved.Of(LossesName, standing.StepsMade));
        Multipliers.Restore(saved.Of(MultipliersName, Multipliers.Values.Count),
            saved.Of(CountGradientName, Multipliers.Gradient.Count));
        Variables.Restore(saved.Of(VariablePrefix, now));
        foreach (var optimiser in Optimisers)
        {
            optimiser.Restore(Step, parameter => (Moment(MeanPrefix, parameter), Moment(SquarePrefix, parameter)));
        }
        Guard?.Restore(saved.Of(FamiliesName, Guard.Probabilities.Count), saved.Of(FamilyMultipliersName, Guard.Multipliers.Count));
        if (standing.Best is { } best)
            Best = (best.Loss, saved.Of(BestPrefix, now), best.Checks);
        Stages.AddRange(standing.Stages.Select((ended, i) => new Ended(saved.Of(StageName(i, VariablePrefix), now),
            saved.Of(StageName(i, MultipliersName), Multipliers.Values.Count), ended.StepsMade, ended.Samples)));

        double[] Moment(string prefix, TorchSharp.torch.Tensor parameter) =>
            saved.Of($"{prefix}.{Variables.NameOf(parameter)}", (int)parameter.numel());
    }

    private static string StageName(int stage, string name) => $"stage{stage}.{name}";

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
