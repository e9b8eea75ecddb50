namespace EosMLNet.Onnx;

/// <summary>The visual tokens of one image that a site leaves.</summary>
/// <param name="Image">The image's number among those of its row, from 0.</param>
/// <param name="Layout">How the tokens of the unreduced image lie.</param>
/// <param name="Layer">The decoder layer that the site stands in front of; 0, too, for what sites in the encoder leave together.</param>
/// <param name="Places">Where the tokens stand among those of the unreduced image, ascending.</param>
public sealed record KeptTokens(int Image, VisualLayout Layout, int Layer, IReadOnlyList<int> Places);
