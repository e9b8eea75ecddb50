namespace EosMLNet.Checkpoints;

/// <summary>Where some rows of a table lie, so that they are read without those in front of them.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">How many bytes there are.</param>
/// <param name="Line">The line of the first row, counted from 1.</param>
/// <param name="Row">The first row, counted from 1; the header is none.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Hash">The bytes' SHA-256 in hexadecimal: a table that was changed meanwhile is noticed.</param>
public sealed record TsvPart(long Offset, int Length, long Line, long Row, int Rows, string Hash);
