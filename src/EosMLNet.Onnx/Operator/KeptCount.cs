using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>How many tokens a site keeps of each image.</summary>
/// <param name="Most">The most of one, one number in a row, int64.</param>
/// <param name="Each">Those of each image, (G, 1), int64; null where all keep as many.</param>
internal sealed record KeptCount(Value Most, Value? Each)
{
    /// <summary>So many fewer.</summary>
    internal KeptCount Less(int count) => count == 0 ? this : new(Most - count, Each is null ? null : Each - count);
}
