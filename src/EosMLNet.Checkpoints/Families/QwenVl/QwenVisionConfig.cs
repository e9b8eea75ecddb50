namespace EosMLNet.Checkpoints;

/// <summary>
/// The shape of a Qwen-VL vision tower: images of any size, two-dimensional rotary positions, and a merger that makes one visual token of
/// a square of patches.
/// </summary>
public sealed record QwenVisionConfig
{
    private const string Root = "visual.";

    /// <summary>Width of the hidden states.</summary><value>The default is 1280.</value>
    public int HiddenSize { get; init; } = 1280;
    /// <summary>Width of the MLP.</summary><value>The default is 5120.</value>
    public int IntermediateSize { get; init; } = 5120;
    /// <summary>Number of blocks.</summary><value>The default is 32.</value>
    public int LayerCount { get; init; } = 32;
    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/> into a multiple of 4.</summary>
    /// <value>The default is 16.</value>
    public int HeadCount { get; init; } = 16;
    /// <summary>Side of a patch in pixels.</summary><value>The default is 14.</value>
    public int PatchSize { get; init; } = 14;
    /// <summary>Frames of a patch; a still image is repeated.</summary><value>The default is 2.</value>
    public int TemporalPatchSize { get; init; } = 2;
    /// <summary>Patches on each side of the square that becomes one visual token.</summary><value>The default is 2.</value>
    public int MergeSize { get; init; } = 2;
    /// <summary>The MLP's activation: <c>quick_gelu</c>, <c>gelu</c>, <c>gelu_pytorch_tanh</c>, <c>silu</c> or <c>relu</c>.</summary>
    /// <value>The default is quick_gelu.</value>
    public string Activation { get; init; } = "quick_gelu";

    /// <summary>Whether blocks have RMS norms and gated MLPs, as Qwen2.5-VL's, in the place of layer norms and plain ones.</summary>
    /// <value>The default is false.</value>
    public bool IsGated { get; init; }
    /// <summary>Side in pixels of the windows that attention is kept inside.</summary><value>The default is 0: no windows.</value>
    public int WindowSize { get; init; }
    /// <summary>The blocks that attend over a whole image all the same.</summary><value>The default is none.</value>
    public IReadOnlyList<int> FullAttentionLayers { get; init; } = [];
    /// <summary>Whether the patch embedding has a bias.</summary><value>The default is false.</value>
    public bool HasPatchBias { get; init; }
    /// <summary>Side of the square grid of learned positions, which is stretched over each image.</summary>
    /// <value>The default is 0: there are none.</value>
    public int PositionSide { get; init; }
    /// <summary>The blocks whose outputs go to the decoder too, one to each of its first layers (DeepStack, arXiv:2406.04334).</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int> DeepStackLayers { get; init; } = [];

    /// <summary>Pixels on each side of a visual token.</summary>
    public int TokenSide => PatchSize * MergeSize;

    /// <summary>The numbers of a patch: three channels of its frames' pixels.</summary>
    public int PatchValues => 3 * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>What the layers of a block's plain MLP are called.</summary><value>The default is mlp.fc1 and mlp.fc2.</value>
    public (string Up, string Down) MlpNames { get; init; } = ("mlp.fc1", "mlp.fc2");

    /// <summary>What the merger's layers are called.</summary><value>The default is ln_q, mlp.0 and mlp.2.</value>
    public (string Norm, string First, string Second) MergerNames { get; init; } = ("ln_q", "mlp.0", "mlp.2");

    /// <summary>The tower's weights, in the order of its layers.</summary>
    /// <param name="outputs">Width of the visual tokens.</param>
    internal IEnumerable<WeightShape> Weights(long outputs)
    {
        long d = HiddenSize, f = IntermediateSize, merged = d * MergeSize * MergeSize;
        List<WeightShape> weights =
            [.. WeightShape.Linear(Root + "patch_embed.proj", HasPatchBias, d, 3, TemporalPatchSize, PatchSize, PatchSize)];
        if (PositionSide > 0)
            weights.Add(new(Root + "pos_embed.weight", (long)PositionSide * PositionSide, d));
        for (var i = 0; i < LayerCount; i++)
        {
            var name = $"{Root}blocks.{i}.";
            weights.AddRange(
            [
                .. Norm(name + "norm1", d), .. WeightShape.WithBias(name + "attn.qkv", 3 * d, d),
                .. WeightShape.WithBias(name + "attn.proj", d, d), .. Norm(name + "norm2", d),
                .. IsGated
                    ? [.. WeightShape.WithBias(name + "mlp.gate_proj", f, d), .. WeightShape.WithBias(name + "mlp.up_proj", f, d),
                        .. WeightShape.WithBias(name + "mlp.down_proj", d, f)]
                    : (IEnumerable<WeightShape>)
                        [.. WeightShape.WithBias(name + MlpNames.Up, f, d), .. WeightShape.WithBias(name + MlpNames.Down, d, f)],
            ]);
        }
        weights.AddRange(OfMerger(Root + "merger.", d));
        for (var i = 0; i < DeepStackLayers.Count; i++)
            weights.AddRange(OfMerger($"{Root}deepstack_merger_list.{i}.", merged));
        return weights;

        IEnumerable<WeightShape> Norm(string name, long size) =>
            IsGated ? [new(name + ".weight", size)] : WeightShape.WithBias(name, size);

        IEnumerable<WeightShape> OfMerger(string name, long normed) =>
        [
            .. Norm(name + MergerNames.Norm, normed), .. WeightShape.WithBias(name + MergerNames.First, merged, merged),
            .. WeightShape.WithBias(name + MergerNames.Second, outputs, merged),
        ];
    }

    /// <summary>Reads what all towers of the families have in common from a <c>vision_config</c>.</summary>
    /// <param name="json">The section.</param>
    /// <param name="defaults">What holds for fields that are omitted, and for what no field tells.</param>
    /// <param name="width">The field that has the width.</param>
    internal static QwenVisionConfig From(JsonSection json, QwenVisionConfig defaults, string width = "hidden_size")
    {
        var config = defaults with
        {
            HiddenSize = json.Size(width, defaults.HiddenSize),
            LayerCount = json.Layers("depth", defaults.LayerCount),
            HeadCount = json.Size("num_heads", defaults.HeadCount),
            PatchSize = json.Size("patch_size", defaults.PatchSize),
            TemporalPatchSize = json.Size("temporal_patch_size", defaults.TemporalPatchSize),
            MergeSize = json.Size("spatial_merge_size", defaults.MergeSize),
            Activation = json.Activation("hidden_act", defaults.Activation),
        };
        foreach (var channels in (string[])["in_channels", "in_chans"])
        {
            if (json.Int(channels, 3) is not 3 and var count)
                throw json.Unsupported(channels, count, "3 (images are RGB)");
        }
        json.RequireMultiple(width, config.HiddenSize, "num_heads", config.HeadCount);
        if (config.HiddenSize / config.HeadCount % 4 != 0)
            throw json.Unsupported(width, config.HiddenSize,
                "a multiple of 4 · num_heads (rotary embeddings turn pairs by row and column)");
        return config;
    }

    /// <summary>Reads a list of blocks.</summary>
    /// <exception cref="EosException">EOS1009: one is none of the tower's, or they do not ascend.</exception>
    internal IReadOnlyList<int> ReadLayers(JsonSection json, string name, int[] fallback)
    {
        var layers = json.Ints(name) ?? fallback;
        return layers.All(layer => layer >= 0 && layer < LayerCount) && layers.Zip(layers.Skip(1)).All(pair => pair.First < pair.Second)
            ? layers : throw json.Unsupported(name, $"[{string.Join(", ", layers)}]", $"ascending numbers from 0 to {LayerCount - 1}");
    }
}
