namespace EosMLNet.Onnx;

/// <summary>A graph of an exported model.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Sha256">The hash of its bytes, 64 hexadecimal digits.</param>
/// <param name="Bytes">How many they are.</param>
public sealed record OnnxGraphFile(string Name, string Sha256, long Bytes);
