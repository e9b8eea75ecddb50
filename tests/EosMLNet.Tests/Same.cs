namespace EosMLNet.Tests;

/// <summary>Assertions on answers.</summary>
internal static class Same
{
    /// <summary>The texts are equal; the scores differ by no more than float32 sums in another order do.</summary>
    internal static void Answers(IReadOnlyList<VqaAnswer> expected, IReadOnlyList<VqaAnswer> actual)
    {
        Assert.Equal(expected.Select(a => a.PredictedAnswer), actual.Select(a => a.PredictedAnswer));
        Assert.Equal(expected.Select(a => a.VisualTokens), actual.Select(a => a.VisualTokens));
        foreach (var (a, b) in expected.Zip(actual))
            Assert.Equal(a.Score, b.Score, tolerance: 1e-4f);
    }
}
