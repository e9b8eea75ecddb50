using System.Collections.Concurrent;

namespace Load.Measures;

/// <summary>What came of the questions, counted from several threads.</summary>
internal sealed class LoadTally
{
    private readonly ConcurrentDictionary<string, long> faults = new();
    private long right, refused, loaded;

    /// <summary>Answers that were those of one question at a time.</summary>
    internal long RightAnswers => Interlocked.Read(ref right);

    /// <summary>Bad requests that were refused as they should be, and questions that were given up.</summary>
    internal long RefusedRequests => Interlocked.Read(ref refused);

    /// <summary>Models that were loaded and let go.</summary>
    internal long LoadedModels => Interlocked.Read(ref loaded);

    /// <summary>All that should not have been, in words, with how often.</summary>
    internal IReadOnlyDictionary<string, long> Faults => faults;

    internal void Compare(string expected, string? answer)
    {
        if (answer == expected)
            Interlocked.Increment(ref right);
        else
            Fault($"'{answer}' in place of '{expected}'");
    }

    internal void Refused() => Interlocked.Increment(ref refused);

    internal void Loaded() => Interlocked.Increment(ref loaded);

    internal void Fault(string what) => faults.AddOrUpdate(what, 1, (_, count) => count + 1);
}
