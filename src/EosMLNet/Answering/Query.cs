namespace EosMLNet;

/// <summary>What one row asks.</summary>
internal readonly record struct Query(IReadOnlyList<Visual> Images, string Question)
{
    // ML.NET's way with missing values: a row without an image or a question has no answer, and the rows around it have theirs.
    public bool IsMissing => Images.Count == 0 || string.IsNullOrWhiteSpace(Question);
}
