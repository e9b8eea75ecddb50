namespace EosMLNet.Plans;

/// <summary>
/// What a latency table was measured on: the shape of a model, not its weights, and the device with the type of its arithmetic. Two that
/// are equal take equally long.
/// </summary>
public sealed record LatencyTarget
{
    /// <summary>The architecture, for example <c>llava</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Visual tokens of one image before any reduction.</summary>
    public required int VisualTokens { get; init; }

    /// <summary>Width of the decoder's hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the decoder's feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of the keys and values.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Entries of the vocabulary: what the head costs.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>
    /// Data type of the arithmetic, and how linear layers keep their weights where those are no ordinary tensors: <c>Float32</c>,
    /// <c>BFloat16, packed</c>, <c>Int8 with BFloat16</c>. A type alone means ordinary tensors, also in old files.
    /// </summary>
    public required string DataType { get; init; }

    /// <summary>The device in words: of a CPU its name and how many threads an operation uses.</summary>
    public required string Device { get; init; }

    /// <summary>Whether a model of these numbers has the shape that was measured.</summary>
    internal bool HasShapeOf(PlanModel model) =>
        (Family, Layers, VisualTokens, HiddenSize, IntermediateSize, Heads, KeyValueHeads, HeadSize)
        == (model.Family, model.Layers, model.VisualTokens, model.HiddenSize, model.IntermediateSize, model.Heads, model.KeyValueHeads,
            model.HeadSize);
}
