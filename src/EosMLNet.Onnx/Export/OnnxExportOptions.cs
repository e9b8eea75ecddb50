namespace EosMLNet.Onnx;

/// <summary>How a model is exported.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Which program the folder is for.</summary>
    /// <value>The default is <see cref="OnnxLayout.Eos"/>.</value>
    public OnnxLayout Layout { get; init; }

    /// <summary>What the weights are kept in.</summary>
    /// <value>The default is <see cref="OnnxWeights.Stored"/>: as the checkpoint has them.</value>
    public OnnxWeights Weights { get; init; }

    /// <summary>What measures converted weights, and refuses them where they lose too much accuracy.</summary>
    /// <value>The default is null: they are not measured.</value>
    public WeightsCheck? Check { get; init; }
}
