using EosMLNet.Search;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Passes the progress of a search on to ML.NET's progress channel, to the log (which, unlike the channel, <c>MLContext.Log</c> lets a
/// program see: a line for every phase, every 5 % and every
/// 10 seconds) and to the caller's own <see cref="IProgress{T}"/>, and stops the search when the context's execution was cancelled.
/// </summary>
internal sealed class SearchProgressRelay : IProgress<SearchProgress>
{
    private const double PartOfLine = 0.05;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private readonly IHost host;
    private readonly IChannel log;
    private readonly IProgress<SearchProgress>? listener;
    private SearchProgress? last, logged;

    public SearchProgressRelay(IHost host, IChannel log, IProgressChannel channel, IProgress<SearchProgress>? listener)
    {
        (this.host, this.log, this.listener) = (host, log, listener);
        channel.SetHeader(new ProgressHeader(["Loss", "Mean visual tokens"], ["% of the search", "units of the phase"]), Fill);
    }

    public void Report(SearchProgress value)
    {
        last = value;
        if (IsWorthALine(value))
        {
            logged = value;
            log.Info(value.ToString());
        }
        listener?.Report(value);
        host.CheckAlive();
    }

    private bool IsWorthALine(SearchProgress value) =>
        logged is not { } before || value.Phase != before.Phase || value.Fraction - before.Fraction >= PartOfLine ||
        value.Elapsed - before.Elapsed >= LineEvery || value.Fraction >= 1 && before.Fraction < 1;

    // Called by whoever watches the channel, on a thread of his.
    private void Fill(IProgressEntry entry)
    {
        if (last is not { } now)
            return;
        entry.SetProgress(0, 100 * now.Fraction, 100);
        entry.SetProgress(1, now.Done, now.Total);
        if (double.IsNaN(now.Loss))
            return;
        entry.SetMetric(0, now.Loss);
        entry.SetMetric(1, now.MeanVisualTokens);
    }
}
