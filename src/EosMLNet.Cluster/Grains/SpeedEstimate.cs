namespace EosMLNet.Cluster.Grains;

/// <summary>How long the rest of a job takes, by what was done in the last minutes.</summary>
internal sealed class SpeedEstimate(TimeProvider time)
{
    private const int Kept = 60;
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(5), Least = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, double Fraction)> noted = new();
    private long last;

    /// <summary>Notes what is done now.</summary>
    internal void Note(double fraction)
    {
        if (noted.Count > 0 && time.GetElapsedTime(last) < Apart)
            return;
        if (noted.Count == Kept)
            noted.Dequeue();
        noted.Enqueue((last = time.GetTimestamp(), fraction));
    }

    /// <summary>The rest at that speed; null where too little is known, or nothing was gained: devices were lost.</summary>
    internal TimeSpan? Remaining(double fraction)
    {
        if (!noted.TryPeek(out var first) || time.GetElapsedTime(first.At) is var passed && passed < Least)
            return null;
        var gained = fraction - first.Fraction;
        return gained > 0 ? passed * ((1 - fraction) / gained) : null;
    }
}
