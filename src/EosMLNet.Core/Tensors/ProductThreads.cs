using System.Diagnostics;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>
/// Threads that help with work of some microseconds, as many as libtorch may use. A token takes dozens of products, and to wake a thread
/// takes as long as some of them; so a helper looks for the next work a while before it sleeps. Meanwhile it gives its core to whoever
/// wants it, libtorch's own threads above all (build/docs/adr/0029). A helper that comes late, or not at all, holds nobody up.
/// </summary>
internal static class ProductThreads
{
    private static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(500); // longer than what lies between two products of a token
    private static readonly Lock Asking = new(); // held by the one who is helped
    private static readonly object Waking = new();
    private static int helpers, asleep;
    private static volatile Job? current;

    private sealed class Job(int parts, int places, Action<int> work)
    {
        private Action<int>? work = work;
        private int next = -1, done, free = places;

        internal bool IsDone => Volatile.Read(ref done) == parts;

        internal void Join()
        {
            if (Interlocked.Decrement(ref free) >= 0)
                Work();
        }

        internal void Work()
        {
            while (Interlocked.Increment(ref next) is var part && part < parts)
            {
                work!(part);
                Interlocked.Increment(ref done);
            }
        }

        // What it refers to may be collected, though a helper remembers it.
        internal void Forget() => work = null;
    }

    /// <summary>
    /// Does each part once. The caller does as many as it can, and all where another thread is being helped. Parts must not fail.
    /// </summary>
    internal static void Run(int parts, Action<int> work)
    {
        var places = Math.Min(get_num_threads(), parts) - 1;
        if (places < 1 || !Asking.TryEnter())
        {
            for (var part = 0; part < parts; part++)
                work(part);
            return;
        }
        try
        {
            for (; helpers < places; helpers++)
                new Thread(Help) { IsBackground = true, Name = nameof(ProductThreads) }.Start();
            var job = new Job(parts, places, work);
            lock (Waking)
            {
                current = job;
                if (asleep > 0)
                    Monitor.PulseAll(Waking);
            }
            job.Work();
            for (var wait = new SpinWait(); !job.IsDone;)
                wait.SpinOnce(sleep1Threshold: -1);
            job.Forget();
        }
        finally
        {
            Asking.Exit();
        }
    }

    private static void Help()
    {
        for (Job? last = null; ;)
        {
            last = Next(last);
            last.Join();
        }
    }

    private static Job Next(Job? last)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Patience; Thread.Yield())
        {
            if (current is { } job && job != last)
                return job;
        }
        lock (Waking)
        {
            asleep++;
            while (current is null || current == last)
                Monitor.Wait(Waking);
            asleep--;
            return current;
        }
    }
}
