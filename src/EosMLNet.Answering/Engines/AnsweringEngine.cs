namespace EosMLNet;

/// <summary>What runs a model when it answers.</summary>
public enum AnsweringEngine
{
    /// <summary>TorchSharp where the application references the package EosMLNet, else ONNX Runtime.</summary>
    Auto,
    /// <summary>TorchSharp, of the package EosMLNet. It needs libtorch.</summary>
    Torch,
    /// <summary>ONNX Runtime, in float32. It needs a package with its native library, such as Microsoft.ML.OnnxRuntime.</summary>
    Onnx,
}
