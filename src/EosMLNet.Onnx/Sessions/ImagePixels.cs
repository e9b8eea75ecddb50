namespace EosMLNet.Onnx.Sessions;

/// <summary>Images as the encoder takes them.</summary>
/// <param name="Shapes">What it has to know of each.</param>
/// <param name="Values">The pixels of all of them, one behind the other.</param>
internal sealed record ImagePixels(ImageShape[] Shapes, float[] Values);
