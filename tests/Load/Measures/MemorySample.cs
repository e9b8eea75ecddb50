namespace Load.Measures;

/// <summary>The memory of a process at one moment.</summary>
/// <param name="Minutes">When, in minutes from the beginning.</param>
/// <param name="Memory">What it has then.</param>
internal readonly record struct MemorySample(double Minutes, ProcessMemory Memory);
