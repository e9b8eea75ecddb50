namespace EosMLNet.Checkpoints;

/// <summary>A piece of a text on its way to ids.</summary>
/// <param name="Text">The piece.</param>
/// <param name="IsFirst">Whether the whole text begins with it.</param>
internal readonly record struct TextPiece(string Text, bool IsFirst);
