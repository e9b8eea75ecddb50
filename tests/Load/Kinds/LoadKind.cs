using Load.Measures;

namespace Load.Kinds;

/// <summary>A kind of load.</summary>
internal abstract class LoadKind
{
    /// <summary>Its name.</summary>
    internal abstract string Name { get; }

    /// <summary>What it does, in words.</summary>
    internal abstract string Does { get; }

    /// <summary>Asks until the time is over, and frees everything behind it.</summary>
    /// <param name="model">What is asked.</param>
    /// <param name="tally">Counts what comes of it.</param>
    /// <param name="memory">Is told when the load begins and whose memory counts; says when the time is over.</param>
    internal abstract Task RunAsync(LoadModel model, LoadTally tally, MemorySeries memory);
}
