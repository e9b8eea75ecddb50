using System.Diagnostics;

namespace Load.Measures;

/// <summary>The memory of a process while it works for a time: a value every few seconds.</summary>
/// <param name="time">The time.</param>
internal sealed class MemorySeries(TimeSpan time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly List<MemorySample> samples = [];
    private readonly ManualResetEventSlim ended = new();
    private readonly CancellationTokenSource over = new();
    private Thread? watcher;
    private long begin;

    /// <summary>Cancelled when the time is over.</summary>
    internal CancellationToken Over => over.Token;

    /// <summary>All values, once the series has ended.</summary>
    internal IReadOnlyList<MemorySample> Samples => samples;

    /// <summary>Begins to look; from now on the time counts.</summary>
    /// <param name="process">Whose memory.</param>
    internal void Begin(Func<ProcessMemory> process)
    {
        begin = Stopwatch.GetTimestamp();
        over.CancelAfter(time);
        watcher = new Thread(() =>
        {
            do
                samples.Add(new(Stopwatch.GetElapsedTime(begin).TotalMinutes, process()));
            while (!ended.Wait(Pause));
        });
        watcher.Start();
    }

    /// <summary>Looks no more.</summary>
    internal void End()
    {
        ended.Set();
        watcher?.Join();
    }

    public void Dispose()
    {
        End();
        ended.Dispose();
        over.Dispose();
    }
}
