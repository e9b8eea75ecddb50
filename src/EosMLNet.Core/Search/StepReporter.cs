using System.Diagnostics;

namespace EosMLNet.Search;

/// <summary>Tells where a search stands.</summary>
/// <param name="Steps">How many steps there are in all.</param>
/// <param name="Clock">Runs since the search began.</param>
/// <param name="Progress">Who wants to know.</param>
internal sealed record StepReporter(int Steps, Stopwatch Clock, IProgress<SearchProgress>? Progress)
{
    internal void Report(int step, double loss, double alignment, double mean, IReadOnlyList<double> multipliers) =>
        Progress?.Report(new SearchProgress(step, Steps, loss, alignment, mean, [.. multipliers], Clock.Elapsed) { Fraction = step < Steps ? (double)step / Steps : 0.999 });
}
