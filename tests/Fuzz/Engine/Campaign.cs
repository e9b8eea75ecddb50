using System.Diagnostics;
using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>
/// Gives a reader inputs that are made of its seeds, and keeps those that go a way through the code that none before them has gone. Runs in
/// a process of its own, since a reader may end it, or never return.
/// </summary>
internal sealed class Campaign
{
    /// <summary>The exit code of a process whose reader did not return.</summary>
    internal const int HangExit = 97;

    private const int Newest = 16; // of the kept inputs, from which every third one is changed
    private const int Together = 64; // inputs between two looks at the memory
    // Of the processor, and by the clock: what waits for something uses no processor, and on a busy machine nobody gets it at times.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(15), Wait = TimeSpan.FromMinutes(3), Telling = TimeSpan.FromSeconds(5);
    private readonly FuzzTarget target;
    private readonly CampaignFolder folder;
    private readonly Judge judge;
    private readonly CoverageMap map = new();
    private readonly List<byte[]> kept = [];
    private readonly List<byte[]> lately = [];
    private readonly CampaignState before;
    private readonly long begin = Stopwatch.GetTimestamp();
    private long tried, accepted, memory, since, turn;

    /// <param name="target">The reader.</param>
    /// <param name="folder">What is left behind.</param>
    /// <param name="inputFolder">Where inputs are written.</param>
    /// <param name="before">How far the campaign came before its process ended.</param>
    internal Campaign(FuzzTarget target, CampaignFolder folder, string inputFolder, CampaignState before)
    {
        (this.target, this.folder, this.before) = (target, folder, before);
        judge = new Judge(target, inputFolder);
        since = begin;
        new Thread(Watch) { IsBackground = true }.Start();
    }

    /// <summary>Goes on until there were enough inputs, or the time is over.</summary>
    internal CampaignState Run(long inputs, TimeSpan time)
    {
        byte[][] seeds = [.. Corpus.Seeds(target).Concat(Corpus.Findings(target)).Select(File.ReadAllBytes)];
        var mutator = new Mutator(before.Seed, seeds);
        foreach (var seed in seeds.Concat(folder.Inputs.Select(File.ReadAllBytes)))
            Try(seed, isNew: false);
        if (kept.Count == 0)
            kept.Add(seeds[0]);
        (tried, accepted, memory) = (0, 0, PeakMemory.Reset()); // what is reported are inputs that were made here
        var told = Stopwatch.GetTimestamp();
        while (before.Inputs + tried < inputs && Stopwatch.GetElapsedTime(begin) < time)
        {
            var input = mutator.Changed(Chosen(mutator), kept[mutator.Below(kept.Count)]);
            Try((tried & 1) == 0 ? target.Mended(input) : input, isNew: true);
            if (Stopwatch.GetElapsedTime(told) < Telling)
                continue;
            told = Stopwatch.GetTimestamp();
            folder.Save(Reached());
        }
        var reached = Reached();
        folder.Save(reached);
        return reached;
    }

    private byte[] Chosen(Mutator mutator) =>
        kept[mutator.Below(3) == 0 ? kept.Count - 1 - mutator.Below(Math.Min(Newest, kept.Count)) : mutator.Below(kept.Count)];

    private void Try(byte[] input, bool isNew)
    {
        map.Clear();
        if (Judged(input) is { } fault)
            Add(fault, input);
        tried++;
        accepted += judge.Accepted ? 1 : 0;
        if (map.IsNew())
        {
            kept.Add(input);
            if (isNew)
                folder.Keep(input);
        }
        lately.Add(input);
        if (lately.Count == Together)
            LookAtMemory();
    }

    private Fault? Judged(byte[] input)
    {
        Volatile.Write(ref since, Stopwatch.GetTimestamp());
        Interlocked.Increment(ref turn);
        return judge.Try(input);
    }

    // The peak is of the whole process, so that it takes time to look at: of many inputs at once, and of each only where it is high.
    private void LookAtMemory()
    {
        if (IsHigh(lately.Max(input => target.Declared(input))))
        {
            foreach (var input in lately)
            {
                GC.Collect();
                memory = PeakMemory.Reset();
                Judged(input);
                if (IsHigh(target.Declared(input)))
                    Add(new("memory", "", $"The process grew by {PeakMemory.Highest - memory} bytes for {input.Length} bytes."), input);
            }
            GC.Collect();
        }
        lately.Clear();
        memory = PeakMemory.Reset();
    }

    private bool IsHigh(long declared) => PeakMemory.Highest - memory > Judge.Allowance + declared;

    private void Add(Fault fault, byte[] input)
    {
        if (folder.Add(fault, input))
            Console.WriteLine($"{target.Name}: {fault.Kind} {fault.Where}: {fault.Text.Split('\n')[0]}");
    }

    private CampaignState Reached() => before with
    {
        Inputs = before.Inputs + tried,
        Accepted = before.Accepted + accepted,
        Edges = map.Edges,
        Kept = kept.Count,
        Seconds = Math.Round(before.Seconds + Stopwatch.GetElapsedTime(begin).TotalSeconds, 1),
        Findings = folder.Findings,
        Date = DateOnly.FromDateTime(DateTime.UtcNow),
    };

    // The input is in its file: the process that has started this one takes it from there.
    private void Watch()
    {
        var (last, used) = (-1L, TimeSpan.Zero);
        do
        {
            if (Interlocked.Read(ref turn) is var now && now != last)
                (last, used) = (now, Environment.CpuUsage.TotalTime);
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
        while (Environment.CpuUsage.TotalTime - used < Hang && Stopwatch.GetElapsedTime(Volatile.Read(ref since)) < Wait);
        folder.Save(Reached());
        Environment.Exit(HangExit);
    }
}
