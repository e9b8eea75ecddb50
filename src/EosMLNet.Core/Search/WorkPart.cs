namespace EosMLNet.Search;

/// <summary>A part of a search's work.</summary>
/// <param name="kind">What a unit of it is.</param>
/// <param name="expected">The units that there are likely to be.</param>
internal sealed class WorkPart(WorkKind kind, double expected)
{
    internal WorkKind Kind => kind;

    /// <summary>The units that are likely still to come.</summary>
    internal double Left { get; set; } = expected;
}
