namespace EosMLNet.Models;

/// <summary>Where a stretch of an image's visual tokens stands in a batch.</summary>
/// <param name="Row">The row.</param>
/// <param name="Start">The first token, counted from the row's own first one.</param>
/// <param name="Layout">How the image's tokens lie.</param>
/// <param name="Stretch">Which of the image's stretches it is, from 0.</param>
internal readonly record struct ImagePlace(int Row, int Start, VisualLayout Layout, int Stretch = 0);
