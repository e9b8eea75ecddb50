namespace EosMLNet.Tests.Operator.Presets;

/// <summary>A token of <see cref="PlainDecoder"/>.</summary>
/// <param name="Hidden">Its hidden state.</param>
/// <param name="Position">Its rotary position in the unreduced sequence.</param>
/// <param name="Kind">'t' before the image, 'v' of the image, 'q' of the question behind it.</param>
internal sealed record PlainToken(double[] Hidden, int Position, char Kind);
