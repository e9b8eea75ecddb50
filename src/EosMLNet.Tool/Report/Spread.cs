namespace EosMLNet.Tool.Report;

/// <summary>Chooses some of many, evenly, so that the same is chosen each time.</summary>
internal static class Spread
{
    /// <summary>At most <paramref name="count"/> of the elements, in their order.</summary>
    internal static IReadOnlyList<T> Over<T>(IReadOnlyList<T> all, int count) =>
        all.Count <= count ? all : [.. Enumerable.Range(0, count).Select(i => all[(int)((i + 0.5) * all.Count / count)])];
}
