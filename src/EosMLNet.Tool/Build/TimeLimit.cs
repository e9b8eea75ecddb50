using System.Diagnostics;
using System.Globalization;
using EosMLNet.Build.Exchange;

namespace EosMLNet.Tool.Build;

/// <summary>
/// Ends the worker after EosTimeout: it is asked to stop, so that a search keeps its state, and a few seconds later it is killed wherever
/// it is.
/// </summary>
internal sealed class TimeLimit : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource source;
    private readonly Action tell;
    private readonly CancellationToken outer;
    private readonly Timer? kill;
    private int told;

    /// <param name="request">Says how many seconds there are; 0 or nothing for no limit.</param>
    /// <param name="tell">Writes the error, once.</param>
    /// <param name="cancellation">The worker's own.</param>
    internal TimeLimit(BuildRequest request, Action tell, CancellationToken cancellation)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (this.tell, outer) = (tell, cancellation);
        if (!int.TryParse(request[BuildRequest.Timeout], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds == 0)
            return;
        var time = TimeSpan.FromSeconds(seconds);
        source.CancelAfter(time);
        kill = new Timer(_ => Kill(), null, time + Grace, Timeout.InfiniteTimeSpan);
    }

    internal CancellationToken Cancellation => source.Token;

    /// <summary>Whether it was the time, and nobody else, that ended the work.</summary>
    internal bool IsOver => source.IsCancellationRequested && !outer.IsCancellationRequested;

    internal void Tell()
    {
        if (Interlocked.Exchange(ref told, 1) == 0)
            tell();
    }

    public void Dispose()
    {
        kill?.Dispose();
        source.Dispose();
    }

    private void Kill()
    {
        Tell();
        Process.GetCurrentProcess().Kill(); // no exit handler waits for native code
    }
}
