namespace EosMLNet.Onnx;

/// <summary>What the weights of an exported model are kept in.</summary>
public enum OnnxWeights
{
    /// <summary>As the checkpoint has them, in its own files.</summary>
    Stored,
    /// <summary>16 bits a number, in a file of their own. They are computed with in float32.</summary>
    Float16,
    /// <summary>Linear layers in 8 bits a number, with a scale for each 128 numbers of a row; others as stored. About a quarter of
    /// float32.</summary>
    Int8,
    /// <summary>Linear layers in 4 bits a number, with a scale for each 32 numbers of a row; others as stored. About a seventh of
    /// float32.</summary>
    Int4,
}
