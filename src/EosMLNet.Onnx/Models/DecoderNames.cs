namespace EosMLNet.Onnx.Models;

/// <summary>Names of a decoder graph's inputs and outputs.</summary>
internal static class DecoderNames
{
    internal const string Ids = "input_ids", Cos = "cos", Sin = "sin", RowLengths = "row_lengths", AskedFrom = "asked_from";
    internal const string Features = "image_features", Slots = "visual_slots", Index = "visual_index", Mass = "visual_mass";
    internal const string ClsAttention = "cls_attention", Planes = "planes", Logits = "logits";
    internal const string NextToken = "next_token", Probability = "probability";
    internal const string Mask = "attention_mask", Positions = "prompt_positions"; // of GenAI's graphs alone

    /// <summary>The buffer with a layer's keys or values of earlier tokens.</summary>
    internal static string Past(int layer, string what) => $"past_key_values.{layer}.{what}";

    /// <summary>The same buffer with those of all tokens.</summary>
    internal static string Present(int layer, string what) => $"present.{layer}.{what}";

    /// <summary>How many earlier tokens each row has in a stretch of layers.</summary>
    internal static string PastLengths(int stretch) => $"past_lengths.{stretch}";

    /// <summary>What the earlier tokens' keys add to attention logits there.</summary>
    internal static string PastBias(int stretch) => $"past_bias.{stretch}";

    /// <summary>How many tokens of each row are left there.</summary>
    internal static string Lengths(int stretch) => $"lengths.{stretch}";

    /// <summary>What their keys add to attention logits.</summary>
    internal static string Bias(int stretch) => $"bias.{stretch}";

    /// <summary>How many visual tokens a site keeps, where images have different numbers of them.</summary>
    /// <param name="layer">The layer behind it.</param>
    /// <param name="number">Its number among those in front of the layer, from 0.</param>
    internal static string Keep(int layer, int number) => $"keep.{layer}.{number}";

    /// <summary>The visual tokens that a site leaves.</summary>
    /// <param name="layer">The layer behind it.</param>
    /// <param name="number">Its number among those in front of the layer, from 0.</param>
    internal static string Kept(int layer, int number) => $"kept.{layer}.{number}";
}
