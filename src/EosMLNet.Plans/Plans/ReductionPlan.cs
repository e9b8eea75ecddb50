using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// The discrete result of a search, or a published method written as a point of the same operator: which sites stand where, and what they
/// cost. A plan is plain data; <see cref="Load"/> and <see cref="Save"/> keep it as a small JSON document (build/docs/plan.schema.json).
/// </summary>
public sealed record ReductionPlan
{
    /// <summary>The newest version of the format that this library reads.</summary>
    public const int CurrentVersion = 2;

    /// <summary>The version of the format: 1 where the plan has nothing that version 2 brought, so that older libraries read it.</summary>
    /// <value>The default is 1. Version 2 has models whose images vary, shares of tokens and sizes of images.</value>
    public int Version { get; init; } = 1;

    /// <summary>The model that the plan is for.</summary>
    public required PlanModel Model { get; init; }

    /// <summary>
    /// The sites, in the order in which they act: the tower's, the projector's, the decoder's, and no layer before its predecessor's.
    /// </summary>
    public required IReadOnlyList<ReductionSite> Sites { get; init; }

    /// <summary>What the plan costs.</summary>
    public required TokenLedger Ledger { get; init; }

    /// <summary>The images that <see cref="Ledger"/> is about; <see langword="null"/> for the model's usual image.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageSizes? ImageSizes { get; init; }

    /// <summary>The constraints that the plan was searched under.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<PlanConstraint> Constraints { get; init; } = [];

    /// <summary>The search that the plan comes from, if it comes from one.</summary>
    public PlanProvenance? Provenance { get; init; }

    /// <summary>
    /// What became of images that are not square when the plan was searched. The plan is run with the same where nobody chooses
    /// otherwise.
    /// </summary>
    /// <value>The default is null: the plan was not searched on images, or by a version before 0.1.1, which cropped.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImagePadding? ImagePadding { get; init; }

    /// <summary>What the search learned for the scores, where a site uses it.</summary>
    [JsonIgnore]
    public ScoreParameters? Parameters { get; init; }

    /// <summary>
    /// What identifies <see cref="Parameters"/> in the plan file, as <c>sha256:…</c>; <see langword="null"/> without any.
    /// </summary>
    public string? ParametersFingerprint => Parameters?.Fingerprint;

    /// <summary>True when no site looks at the question: the reduced image then serves several questions about it.</summary>
    [JsonPropertyName("questionAgnostic")]
    public bool IsQuestionAgnostic => !Sites.Any(site => site.SeesQuestion);

    /// <summary>The plan's cost by the measure of a constraint on the ledger.</summary>
    /// <param name="kind">The kind of constraint.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is a <see cref="LatencyKind"/>, which the plan alone does not tell.</exception>
    public double Spent(ConstraintKind kind) => kind is LedgerKind entry ? entry.Of(Ledger, ImageSizes?.Mean ?? Model.VisualTokens)
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, null);

    /// <summary>Whether a site stands in front of the decoder. Images are then encoded under this plan and no other.</summary>
    [JsonIgnore]
    public bool ActsInEncoder => Sites.Any(site => site.Stage != ReductionStage.Decoder);

    /// <summary>Whether a site scores by the vision tower's attention: images are encoded without it otherwise.</summary>
    [JsonIgnore]
    public bool NeedsClsAttention => Sites.Any(site => site.Uses(ScoreCriterion.ClsAttention));

    /// <summary>Makes a plan and computes its ledger.</summary>
    /// <param name="model">The model that the plan is for.</param>
    /// <param name="sites">The sites, in the order in which they act.</param>
    /// <param name="parameters">What the scores need, when one of them is learned.</param>
    /// <param name="sizes">The images that the ledger is about, for models whose images vary; null for the model's usual image.</param>
    /// <exception cref="EosException">EOS4001: a site is out of range, keeps more than it gets, or lacks its parameters.</exception>
    public static ReductionPlan Create(PlanModel model, IEnumerable<ReductionSite> sites, ScoreParameters? parameters = null,
        ImageSizes? sizes = null)
    {
        const string Source = "the plan";
        IReadOnlyList<ReductionSite> list = [.. sites];
        PlanRules.CheckModel(model, Source);
        PlanRules.CheckSites(model, list, Source);
        var plan = new ReductionPlan
        {
            Version = model.ImagesVary || sizes is not null || list.Any(site => site.KeepShare is not null) ? 2 : 1,
            Model = model,
            Sites = list,
            Ledger = TokenLedger.Compute(model, list, sizes: sizes),
            ImageSizes = sizes,
            Parameters = parameters,
        };
        PlanRules.Check(plan, Source);
        return plan;
    }

    /// <summary>The plan without a site: the unreduced model.</summary>
    public static ReductionPlan Identity(PlanModel model) => Create(model, []);

    /// <summary>
    /// Reads a plan and, where it has them, the learned parameters beside it (the same name with the ending <c>.safetensors</c>).
    /// </summary>
    /// <exception cref="EosException">EOS1001: the file is missing. EOS4001: it is malformed, newer than this library, or contradicts
    /// itself.</exception>
    public static ReductionPlan Load(string path) => PlanFiles.Load(path);

    /// <summary>Writes the plan and, where it has them, its learned parameters beside it. The same plan gives the same bytes.</summary>
    /// <exception cref="EosException">EOS2003: a file cannot be written. EOS4001: the plan contradicts itself.</exception>
    public void Save(string path) => PlanFiles.Save(this, path);

    /// <summary>Reads a plan that is not a file of its own.</summary>
    /// <param name="json">The JSON document.</param>
    /// <param name="parameters">The learned parameters that belong to it.</param>
    /// <param name="source">What to call the document in messages.</param>
    /// <exception cref="EosException">EOS4001: it is malformed, newer than this library, or contradicts itself.</exception>
    public static ReductionPlan FromJson(string json, ScoreParameters? parameters = null, string source = "the plan") =>
        PlanJson.Read(json, source, _ => parameters);

    /// <summary>The plan as a JSON document, without its learned parameters.</summary>
    public string ToJson() => PlanJson.Write(this);

    /// <summary>Checks that a model is the one that the plan was made for.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <exception cref="EosException">EOS4002: it is not.</exception>
    public void CheckFits(PlanModel model)
    {
        CheckShape(model);
        CheckFingerprint(model);
    }

    /// <summary>Checks that a model has the shape of the one that the plan was made for. That takes no time.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <exception cref="EosException">EOS4002: it has another.</exception>
    public void CheckShape(PlanModel model)
    {
        if (model.ImagesVary && Version < 2)
        {
            throw new EosException(EosErrors.PlanMismatch,
                "The plan has version 1, whose images all have as many visual tokens, but this model's images have " +
                "different numbers. Use a plan that was searched on this model.");
        }
        Same("layers", Model.Layers, model.Layers);
        Same("visual tokens", Model.VisualTokens, model.VisualTokens);
        Same("hidden size", Model.HiddenSize, model.HiddenSize);
        var found = model with { Identity = Model.Identity };
        Same("remaining numbers", Model, Model.TowerLayers == 0 ? found with { TowerLayers = 0 } : found);
    }

    /// <summary>Checks that a model has the weights that the plan was made for. It waits until the fingerprint is computed.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="EosException">EOS4002: it has others. EOS1001: the model's files have gone or were changed.</exception>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public void CheckFingerprint(PlanModel model, CancellationToken cancellation = default)
    {
        if (!ReferenceEquals(Model.Identity, model.Identity)) // a plan that was made from the model itself
            Same("fingerprint", Model.Identity.Get(cancellation), model.Identity.Get(cancellation));
    }

    private static void Same<T>(string what, T planned, T found)
    {
        if (!Equals(planned, found))
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"The plan was made for another model ({what}: {planned}; here: {found}). " +
                "Use the model that the plan names, or search a plan for this one.");
        }
    }
}
