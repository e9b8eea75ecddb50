using System.Runtime.ExceptionServices;

namespace EosMLNet;

/// <summary>Rows that were read from a cursor.</summary>
/// <param name="FirstSlot">Where the first one was put; the others follow.</param>
/// <param name="Count">How many there are.</param>
/// <param name="IsLast">Whether none follow.</param>
/// <param name="Failure">Why none follow, where it is not the end of the data.</param>
internal readonly record struct RowBatch(int FirstSlot, int Count, bool IsLast, ExceptionDispatchInfo? Failure = null);
