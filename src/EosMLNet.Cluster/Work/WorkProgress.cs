using EosMLNet.Search;

namespace EosMLNet.Cluster.Work;

/// <summary>How much of an item is done; told on the thread that works, read on another.</summary>
internal sealed class WorkProgress : IProgress<SearchProgress>, IProgress<int>
{
    private double fraction;

    /// <summary>The number of rows, where rows are counted.</summary>
    internal int Total { get; set; } = 1;

    internal double Fraction => Volatile.Read(ref fraction);

    public void Report(SearchProgress value) => Volatile.Write(ref fraction, value.Fraction);

    public void Report(int value) => Volatile.Write(ref fraction, (double)value / Total);
}
