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

    /// <summary>Visual tokens of one image that enter each decoder layer.</summary>
    public required IReadOnlyList<int> VisualTokensPerLayer { get; init; }

    /// <summary>The mean of <see cref="VisualTokensPerLayer"/>: the figure that budgets are given in.</summary>
    public required double Mean { get; init; }

    /// <summary>Visual tokens that enter the last layer.</summary>
    public required int Final { get; init; }

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
    public static TokenLedger Compute(PlanModel model, IReadOnlyList<ReductionSite> sites, int textTokens = DefaultTextTokens)
    {
        var visual = new int[model.Layers];
        var tokens = model.VisualTokens;
        var next = 0;
        for (var layer = 0; layer < model.Layers; layer++)
        {
            for (; next < sites.Count && (sites[next].Stage != ReductionStage.Decoder || sites[next].Layer == layer); next++)
                tokens = sites[next].Keep;
            visual[layer] = tokens;
        }
        return Of(model, visual, textTokens);
    }

    /// <summary>The ledger of visual tokens that enter each layer.</summary>
    public static TokenLedger Of(PlanModel model, IReadOnlyList<int> visual, int textTokens = DefaultTextTokens)
    {
        var full = model.VisualTokens + textTokens;
        return new TokenLedger
        {
            VisualTokensPerLayer = visual,
            Mean = visual.Average(),
            Final = visual[^1],
            MacsRatio = visual.Sum(n => LayerMacs(model, n + textTokens)) / (model.Layers * LayerMacs(model, full)),
            KvBytesRatio = visual.Sum(n => (double)(n + textTokens)) / ((double)model.Layers * full),
            TextTokens = textTokens,
        };
    }

    /// <summary>The entry that a constraint of this kind limits; a latency is none.</summary>
    public double Of(ConstraintKind kind) => kind switch
    {
        ConstraintKind.MeanVisualTokens => Mean,
        ConstraintKind.FinalVisualTokens => Final,
        ConstraintKind.MacsRatio => MacsRatio,
        ConstraintKind.KvBytesRatio => KvBytesRatio,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

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
