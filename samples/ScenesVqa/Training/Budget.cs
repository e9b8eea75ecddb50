using System.Diagnostics;

namespace ScenesVqa.Training;

/// <summary>How long a phase may take: a number of steps, or a time.</summary>
internal sealed class Budget(int? steps, TimeSpan? time)
{
    private readonly Stopwatch watch = Stopwatch.StartNew();

    public int Step { get; private set; }

    public TimeSpan Elapsed => watch.Elapsed;

    /// <summary>The share that is used up, 0 … 1.</summary>
    public double Progress => steps is { } count ? Math.Min(1, (double)Step / count) : Math.Min(1, watch.Elapsed / time!.Value);

    /// <summary>Counts a step; false when the budget is used up.</summary>
    public bool Next()
    {
        if (Progress >= 1)
            return false;
        Step++;
        return true;
    }
}
