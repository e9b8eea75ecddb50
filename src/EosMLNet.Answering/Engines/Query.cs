using System.ComponentModel;

namespace EosMLNet.Engines;

/// <summary>What one row asks.</summary>
/// <param name="Images">Its images, in the order in which the model sees them.</param>
/// <param name="Question">Its question.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct Query(IReadOnlyList<Visual> Images, string Question)
{
    /// <summary>Whether image or question is missing.</summary>
    // ML.NET's way with missing values: a row without an image or a question has no answer, and the rows around it have theirs.
    public bool IsMissing => Images.Count == 0 || string.IsNullOrWhiteSpace(Question);
}
