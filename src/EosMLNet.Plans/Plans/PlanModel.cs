using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// The model that a plan was made for: its identity, and the numbers that the <see cref="TokenLedger"/> is computed from.
/// </summary>
public sealed record PlanModel
{
    /// <summary>The architecture, for example <c>llava</c>.</summary>
    public required string Family { get; init; }

    /// <summary>The checkpoint, as <c>sha256:…</c>. That of a loaded model is computed when it is first asked for.</summary>
    /// <value>The default is empty, which no model has. A plan's file must name one.</value>
    /// <exception cref="EosException">It could not be computed: a file of the model is missing, say.</exception>
    [JsonRequired]
    public string Fingerprint
    {
        get => Identity.Get();
        init => Identity = new ModelFingerprint(value);
    }

    /// <summary>The same, for those who do not want to wait for it.</summary>
    [JsonIgnore]
    public ModelFingerprint Identity { get; init; } = new("");

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Blocks of the vision tower that are run; 0 where it was not recorded, and then no site can stand there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TowerLayers { get; init; }

    /// <summary>Visual tokens of one image before any reduction.</summary>
    public required int VisualTokens { get; init; }

    /// <summary>
    /// Whether images have different numbers of visual tokens; <see cref="VisualTokens"/> is then that of the model's usual image.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ImagesVary { get; init; }

    /// <summary>How the patches of an image lie; null where they lie on several grids.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VisualGrid? Grid { get; init; }

    /// <summary>Width of the decoder's hidden states, d.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the decoder's feed-forward layers, m.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of the keys and values: fewer than <see cref="Heads"/> with grouped-query attention.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadSize { get; init; }
}
