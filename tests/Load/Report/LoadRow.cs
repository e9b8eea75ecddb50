using Load.Measures;

namespace Load.Report;

/// <summary>What came of one kind of load.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Does">What it does, in words.</param>
/// <param name="Minutes">How long.</param>
/// <param name="Right">Answers that were those of one question at a time.</param>
/// <param name="Refused">Bad requests that were refused, and questions that were given up.</param>
/// <param name="Loaded">Models that were loaded and let go.</param>
/// <param name="Faults">All that should not have been, in words.</param>
/// <param name="Resident">Memory that the process has of the machine's.</param>
/// <param name="InUse">Memory that is allocated; null where that is not known.</param>
/// <param name="Tensors">Tensors that were left at the end.</param>
/// <param name="Sessions">Sessions of ONNX Runtime that were left at the end.</param>
/// <param name="Hardware">The machine.</param>
/// <param name="Date">When, in UTC.</param>
internal sealed record LoadRow(
    string Kind, string Does, double Minutes, long Right, long Refused, long Loaded, IReadOnlyList<string> Faults,
    MemoryTrend Resident, MemoryTrend? InUse, long Tensors, int Sessions, string Hardware, DateOnly Date);
