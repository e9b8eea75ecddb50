namespace EosMLNet.Evaluation.Benchmarks;

/// <summary>An image in a cell of an <see cref="ImageTsv"/>.</summary>
/// <param name="Value">Its text, or the beginning of it.</param>
/// <param name="Offset">Where its Base64 text begins in the file, in bytes.</param>
/// <param name="Length">How long that is, in bytes.</param>
/// <param name="Hash">Identifies it.</param>
internal readonly record struct TsvImage(string Value, long Offset, long Length, string Hash);
