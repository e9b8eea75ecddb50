namespace Load.Report;

/// <summary>What came of one kind of load.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Does">What it does, in words.</param>
/// <param name="Minutes">How long.</param>
/// <param name="Right">Answers that were those of one question at a time.</param>
/// <param name="Refused">Bad requests that were refused, and questions that were given up.</param>
/// <param name="Loaded">Models that were loaded and let go.</param>
/// <param name="Faults">All that should not have been, in words.</param>
/// <param name="Begin">Megabytes behind the first quarter of the time, on the line.</param>
/// <param name="End">Megabytes at the end, on the line.</param>
/// <param name="Slope">Megabytes an hour.</param>
/// <param name="Error">Half the width of the slope's 95 % interval; null for a run of some minutes.</param>
/// <param name="Tensors">Tensors that were left at the end.</param>
/// <param name="Sessions">Sessions of ONNX Runtime that were left at the end.</param>
/// <param name="Hardware">The machine.</param>
/// <param name="Date">When, in UTC.</param>
internal sealed record LoadRow(
    string Kind, string Does, double Minutes, long Right, long Refused, long Loaded, IReadOnlyList<string> Faults, double Begin, double End,
    double Slope, double? Error, long Tensors, int Sessions, string Hardware, DateOnly Date);
