namespace Fuzz.Report;

/// <summary>What <c>report</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Rows">A row a reader.</param>
internal sealed record FuzzDocument(string Hardware, IReadOnlyList<FuzzRow> Rows)
{
    /// <summary>Its section in <c>reliability.json</c>.</summary>
    internal const string Section = "hostileFiles";
}
