namespace Fuzz.Report;

/// <summary>What <c>report</c> writes.</summary>
/// <param name="Hardware">The machine.</param>
/// <param name="Rows">A row a reader.</param>
internal sealed record FuzzDocument(string Hardware, IReadOnlyList<FuzzRow> Rows);
