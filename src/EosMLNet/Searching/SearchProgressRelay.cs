using EosMLNet.Search;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Passes each step of a search on to ML.NET's progress channel, to the log (which, unlike the channel, <c>MLContext.Log</c> lets a program see) and to the
/// caller's own <see cref="IProgress{T}"/>, and stops the search when the context's execution was cancelled.
/// </summary>
internal sealed class SearchProgressRelay : IProgress<SearchProgress>
{
    private const int LogLines = 20;

    private readonly IHost host;
    private readonly IChannel log;
    private readonly IProgress<SearchProgress>? listener;
    private SearchProgress? last;

    public SearchProgressRelay(IHost host, IChannel log, IProgressChannel channel, IProgress<SearchProgress>? listener)
    {
        (this.host, this.log, this.listener) = (host, log, listener);
        channel.SetHeader(new ProgressHeader(["Loss", "Mean visual tokens"], ["steps"]), Fill);
    }

    public void Report(SearchProgress value)
    {
        last = value;
        if (value.Step % Math.Max(1, value.Steps / LogLines) == 0 || value.Step == value.Steps)
            log.Info($"Step {value.Step} of {value.Steps}: loss {value.Loss:F3}, alignment {value.Alignment:F3}, {value.MeanVisualTokens:F1} visual tokens a layer.");
        listener?.Report(value);
        host.CheckAlive();
    }

    // Called by whoever watches the channel, on a thread of his.
    private void Fill(IProgressEntry entry)
    {
        if (last is not { } step)
            return;
        entry.SetProgress(0, step.Step, step.Steps);
        entry.SetMetric(0, step.Loss);
        entry.SetMetric(1, step.MeanVisualTokens);
    }
}
