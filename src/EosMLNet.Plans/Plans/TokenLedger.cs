namespace EosMLNet.Plans;

/// <summary>
/// What a plan costs, reported always and in full. A reduction in front of layer l counts from layer l on, one in the encoder from layer 0
/// on; text tokens are counted beside the visual ones in <see cref="MacsRatio"/> and <see cref="KvBytesRatio"/>. Both cover the decoder's
/// layers during prefill, of one image, not the operator's own work, nor the vision tower's, also where sites in the tower make it less.
/// </summary>
public sealed record TokenLedger
{
    /// <summary>The text tokens that a ledger supposes unless it is told otherwise.</summary>
    public const int DefaultTextTokens = 32;

    /// <summary>Visual tokens of one image that enter each decoder layer; the mean of several images of different sizes.</summary>
    public required IReadOnlyList<double> VisualTokensPerLayer { get; init; }

    /// <summary>The mean of <see cref="VisualTokensPerLayer"/>: the figure that budgets are given in.</summary>
    public required double Mean { get; init; }

    /// <summary>Visual tokens that enter the last layer.</summary>
    public required double Final { get; init; }

    /// <summary>Multiply-accumulate operations relative to the unreduced model.</summary>
    public required double MacsRatio { get; init; }

    /// <summary>Bytes of the key-value cache after prefill relative to the unreduced model.</summary>
    public required double KvBytesRatio { get; init; }

    /// <summary>The text tokens that the two ratios suppose beside the visual ones.</summary>
    public required int TextTokens { get; init; }

    /// <summary>Computes the ledger of a list of sites.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <param name="sites">The sites, in the order in which they act.</param>
    /// <param name="textTokens">Text tokens beside the visual ones.</param>
    /// <param name="sizes">The images; null for one of the model's usual size.</param>
    public static TokenLedger Compute(
        PlanModel model, IReadOnlyList<ReductionSite> sites, int textTokens = DefaultTextTokens, ImageSizes? sizes = null)
    {
        sizes ??= ImageSizes.All(model.VisualTokens);
        var visual = sizes.Tokens.ToDictionary(tokens => tokens, tokens => Layers(model, sites, tokens));
        return Of(model, tokens => visual[tokens], sizes, textTokens);
    }

    /// <summary>The ledger of visual tokens that enter each layer, of images that are all alike.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <param name="visual">Visual tokens that enter each layer.</param>
    /// <param name="textTokens">Text tokens beside the visual ones.</param>
    public static TokenLedger Of(PlanModel model, IReadOnlyList<int> visual, int textTokens = DefaultTextTokens) =>
        Of(model, _ => visual, ImageSizes.All(model.VisualTokens), textTokens);

    private static TokenLedger Of(PlanModel model, Func<int, IReadOnlyList<int>> visual, ImageSizes sizes, int textTokens)
    {
        double[] layers = [.. Enumerable.Range(0, model.Layers).Select(layer => sizes.Average(tokens => visual(tokens)[layer]))];
        var (macs, all) = (sizes.Average(tokens => visual(tokens).Sum(n => LayerMacs(model, n + textTokens))),
            sizes.Average(tokens => model.Layers * LayerMacs(model, tokens + textTokens)));
        return new TokenLedger
        {
            VisualTokensPerLayer = layers,
            Mean = layers.Average(),
            Final = layers[^1],
            MacsRatio = macs / all,
            KvBytesRatio = layers.Sum(n => n + textTokens) / (model.Layers * (sizes.Mean + textTokens)),
            TextTokens = textTokens,
        };
    }

    // Visual tokens of one image that enter each layer.
    private static int[] Layers(PlanModel model, IReadOnlyList<ReductionSite> sites, int visualTokens)
    {
        var kept = KeptCounts.Of(model, sites, visualTokens);
        var visual = new int[model.Layers];
        var tokens = visualTokens;
        var next = 0;
        for (var layer = 0; layer < model.Layers; layer++)
        {
            for (; next < kept.Count && (kept[next].Stage != ReductionStage.Decoder || kept[next].Layer == layer); next++)
                tokens = kept[next].Keep;
            visual[layer] = tokens;
        }
        return visual;
    }

    /// <summary>The multiply-accumulate operations of a layer that n tokens enter: Linear·n + Square·n².</summary>
    public static (double Linear, double Square) MacsPerLayer(PlanModel model)
    {
        double d = model.HiddenSize, query = (double)model.Heads * model.HeadSize, keyValue = (double)model.KeyValueHeads * model.HeadSize;
        // Projections of query and output, of key and value, the three matrices of SwiGLU; attention scores and their use.
        return (2 * d * query + 2 * d * keyValue + 3 * d * model.IntermediateSize, 2 * query);
    }

    private static double LayerMacs(PlanModel model, double n)
    {
        var (linear, square) = MacsPerLayer(model);
        return linear * n + square * n * n;
    }
}
