using System.Runtime.CompilerServices;
using EosMLNet.Search;

namespace EosMLNet;

/// <summary>What searches say of the transformers that they made, for as long as those are there.</summary>
internal static class SearchReports
{
    private static readonly ConditionalWeakTable<VisionLanguageTransformer, SearchReport> Known = [];

    public static void Add(VisionLanguageTransformer transformer, SearchReport report) => Known.Add(transformer, report);

    public static SearchReport? Of(VisionLanguageTransformer transformer) => Known.TryGetValue(transformer, out var report) ? report : null;
}
