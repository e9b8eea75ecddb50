using EosMLNet.Onnx.Graphs;
using EosMLNet.Onnx.Models;

namespace EosMLNet.Onnx.Families.QwenVl;

/// <summary>Windows that attention is kept inside, as nodes: W windows of L patches, those of smaller ones filled up.</summary>
/// <param name="Places">The patches of each window, (W, L), int64.</param>
/// <param name="Bias">Minus infinity for what fills a window up, else 0, (W, 1, 1, L).</param>
/// <param name="From">Where each patch stands in the flattened windows, (P), int64.</param>
internal sealed record PatchWindows(Value Places, Value Bias, Value From)
{
    private Graph Graph => Places.Graph;

    /// <summary>Attention inside of windows: (S, P, d) three times to (S, P, d).</summary>
    internal Value Attend(Layers layers, Value queries, Value keys, Value values, int heads) =>
        Restored(layers.Attention(Gathered(queries), Gathered(keys), Gathered(values), heads, WideBias(queries)), queries);

    /// <summary>The patches of windows, (S, P, d) to (S · W, L, d).</summary>
    internal Value Gathered(Value x) => x.Gather(Places, 1).Reshape(Value.Concat(0, Graph.Integers(-1), Places.Size(1), x.Size(2)));

    /// <summary>Patches in their own order again, (S · W, L, d) to (S, P, d).</summary>
    /// <param name="x">Patches of windows.</param>
    /// <param name="like">What has S as its first size.</param>
    internal Value Restored(Value x, Value like) =>
        x.Reshape(Value.Concat(0, like.Size(0), Graph.Integers(-1), x.Size(2))).Gather(From, 1);

    /// <summary>What is added to the logits of all queries of a window, (S · W, 1, L, L).</summary>
    /// <param name="like">What has S as its first size.</param>
    internal Value WideBias(Value like)
    {
        var (windows, length) = (Places.Size(0), Places.Size(1));
        var each = Bias.Unsqueeze(0).Expand(Value.Concat(0, like.Size(0), windows, Graph.Integers(1), length, length));
        return each.Reshape(Value.Concat(0, Graph.Integers(-1, 1), length, length));
    }

    /// <summary>1 for patches, 0 for what fills windows up, (S · W, L).</summary>
    /// <param name="like">What has S as its first size.</param>
    internal Value There(Value like)
    {
        var own = Bias.Equal(Bias.Like(0)).Cast(ElementType.Float).Squeeze(1, 2).Unsqueeze(0);          // (1, W, L)
        return own.Expand(Value.Concat(0, like.Size(0), Places.Shape())).Reshape(Value.Concat(0, Graph.Integers(-1), Places.Size(1)));
    }
}
