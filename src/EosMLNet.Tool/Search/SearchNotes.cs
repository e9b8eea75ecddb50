using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>Shows the progress of searches for one limit after another as that of one piece of work.</summary>
/// <param name="display">Where it is shown.</param>
/// <param name="budgets">What is searched for.</param>
/// <param name="console">Where it is said that a search goes on.</param>
internal sealed class SearchNotes(ProgressDisplay display, IReadOnlyList<SearchedBudget> budgets, EosConsole console)
{
    private (int Budget, int Search) resumed = (-1, -1);

    /// <summary>A search tells where it stands.</summary>
    /// <param name="index">Which of the budgets it is for.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="seeds">Its seeds.</param>
    /// <param name="progress">Where it stands.</param>
    internal void Report(int index, SearchSettings settings, IReadOnlyList<int> seeds, SearchProgress progress)
    {
        if (progress.ResumedFrom > 0 && resumed != (index, progress.Search))
        {
            resumed = (index, progress.Search);
            var state = OperatorSearch.CheckpointOf(settings, seeds[progress.Search - 1]);
            console.Line($"The search goes on from step {progress.ResumedFrom} of {progress.Steps}, kept in {state}");
        }
        var activity = budgets.Count == 1 ? progress.Activity
            : FormattableString.Invariant($"limit {budgets[index].Name}, {progress.Activity}");
        // Those that come take as long as this one.
        var whole = progress.Elapsed + progress.Remaining;
        var left = progress.Remaining + (budgets.Count - 1 - index) * whole;
        display.Report(
            new((index + progress.Fraction) / budgets.Count, activity, Details(progress), left,
                $"{index} {progress.Search} {progress.Phase}"));
    }

    private static IReadOnlyList<string> Details(SearchProgress progress) =>
        progress is { Phase: SearchPhase.Steps, Step: > 0 } && double.IsFinite(progress.Loss)
        ? [FormattableString.Invariant($"loss {progress.Loss:0.000}"),
            FormattableString.Invariant($"{progress.MeanVisualTokens:0.0} tokens")] : [];
}
