namespace EosMLNet.Files;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="DataType">The element type.</param>
/// <param name="Shape">The sizes; none for a single number.</param>
/// <param name="FileOffset">Where the elements begin, in bytes from the start of the file.</param>
/// <param name="ByteCount">How many bytes the elements take.</param>
public sealed record SafetensorsEntry(SafetensorsType DataType, IReadOnlyList<long> Shape, long FileOffset, long ByteCount);
