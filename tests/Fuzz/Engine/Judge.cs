using System.Diagnostics;
using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>Gives a reader one input, and says whether it kept the rules.</summary>
/// <param name="target">The reader.</param>
/// <param name="folder">Where the input is written; the caller's to delete.</param>
internal sealed class Judge(FuzzTarget target, string folder)
{
    /// <summary>Bytes that a reader may allocate for any file; what the file declares, and a few copies of it, come on top.</summary>
    internal const long Allowance = 64L << 20;

    private const double BytesPerSecond = 200e6; // of what a file declares beyond that time
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private readonly string path = Path.Combine(folder, target.FileName);
    private bool isPrepared;

    /// <summary>Whether the last input was read rather than refused.</summary>
    internal bool Accepted { get; private set; }

    /// <summary>Why it was refused, where it was.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>How much time of the processor the last input took: on a busy machine the clock goes on while others have it.</summary>
    internal TimeSpan Elapsed { get; private set; }

    /// <summary>The fault of the reader with this input; null where there is none.</summary>
    internal Fault? Try(byte[] input)
    {
        if (!isPrepared)
        {
            target.Prepare(folder);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            isPrepared = true;
        }
        File.WriteAllBytes(path, input);
        var fault = Read(input);
        if (fault is not null || Elapsed <= Longest)
            return fault;
        // Once more, since what is compiled or collected takes its time too.
        var allowed = Longest + TimeSpan.FromSeconds(target.Declared(input) / BytesPerSecond);
        return Elapsed <= allowed ? null : Read(input) ?? (Elapsed <= allowed ? null
            : new("slow", "", $"It took {Elapsed.TotalSeconds:f1} s, at most {allowed.TotalSeconds:f1} are allowed."));
    }

    private Fault? Read(byte[] input)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        (Accepted, Refusal) = (false, null);
        try
        {
            target.Read(folder);
            Accepted = true;
        }
        catch (EosException e)
        {
            Refusal = e.Message;
        }
        catch (Exception e)
        {
            return Fault.Of(e);
        }
        finally
        {
            Elapsed = Stopwatch.GetElapsedTime(start);
            if (Elapsed > Longest)
                Elapsed = TimeSpan.FromTicks(Math.Min(Elapsed.Ticks, (Environment.CpuUsage.TotalTime - used).Ticks));
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var allowed = Allowance + target.Declared(input);
        return allocated <= allowed ? null
            : new("allocation", "", $"{allocated} bytes were allocated for a file of {input.Length} bytes; at most {allowed} are allowed.");
    }
}
