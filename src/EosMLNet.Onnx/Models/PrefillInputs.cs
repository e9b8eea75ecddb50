using EosMLNet.Onnx.Graphs;

namespace EosMLNet.Onnx.Models;

/// <summary>
/// The inputs of a graph that runs prompts: B rows of T tokens, those of shorter rows filled up at the end, with G images of n visual
/// tokens or, where they have different numbers, n the most of one.
/// </summary>
/// <param name="Ids">Token ids, (B, T), int64; any id at places of visual tokens.</param>
/// <param name="Cos">Cosines of the tokens' positions, (B, T, hs / 2).</param>
/// <param name="Sin">Sines.</param>
/// <param name="Lengths">Tokens of each row, (B), int64.</param>
/// <param name="Features">Visual tokens, (G · n, d).</param>
/// <param name="Slots">Where they stand in the flattened rows, (G, n), int64; B · T for those that are none.</param>
/// <param name="Index">The numbers by which tables know them, (G, n), int64.</param>
internal sealed record PrefillInputs(Value Ids, Value Cos, Value Sin, Value Lengths, Value Features, Value Slots, Value Index)
{
    /// <summary>Which of the n tokens an image has, (G, n), bool; null where all images have n.</summary>
    internal Value? Present { get; init; }

    /// <summary>How many original tokens each stands for, (G, n); null where the encoder reduces nothing.</summary>
    internal Value? Mass { get; init; }

    /// <summary>The tower's [CLS] attention to them, (G, n); null where nobody asks.</summary>
    internal Value? ClsAttention { get; init; }

    /// <summary>Where each row's instruction begins, (B), int64; null where nobody asks.</summary>
    internal Value? AskedFrom { get; init; }

    /// <summary>What the first layers add to visual tokens behind them, (G, n, p · d); null for nothing.</summary>
    internal Value? Planes { get; init; }

    /// <summary>How many layers do, p.</summary>
    internal int PlaneCount { get; init; }
}
