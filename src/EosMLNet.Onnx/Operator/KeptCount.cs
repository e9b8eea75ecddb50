using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Operator;

/// <summary>How many tokens a site keeps of each image.</summary>
/// <param name="All">Those of an image, one number in a row, int64, where all keep as many; else null.</param>
/// <param name="Each">Those of each image, (G, 1), int64; null where all keep as many.</param>
internal sealed record KeptCount(Value? All, Value? Each)
{
    /// <summary>The most of one, one number in a row, int64.</summary>
    internal Value Most => All ?? Each!.Max(0);

    /// <summary>So many fewer.</summary>
    internal KeptCount Less(int count) => count == 0 ? this : new(All is null ? null : All - count, Each is null ? null : Each - count);
}
