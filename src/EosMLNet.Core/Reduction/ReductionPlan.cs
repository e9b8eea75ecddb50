using System.Text.Json.Serialization;

namespace EosMLNet.Reduction;

/// <summary>
/// The discrete result of a search, or a published method written as a point of the same operator: which sites stand where, and what they cost.
/// A plan is plain data, kept as a small JSON document (build/docs/plan.schema.json).
/// </summary>
public sealed record ReductionPlan
{
    /// <summary>The version of the format that this library writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The model that the plan is for.</summary>
    public required PlanModel Model { get; init; }

    /// <summary>The sites, in the order in which they act; no layer comes before its predecessor's.</summary>
    public required IReadOnlyList<ReductionSite> Sites { get; init; }

    /// <summary>What the plan costs.</summary>
    public required TokenLedger Ledger { get; init; }

    /// <summary>The constraints that the plan was searched under.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<PlanConstraint> Constraints { get; init; } = [];

    /// <summary>The search that the plan comes from, if it comes from one.</summary>
    public PlanProvenance? Provenance { get; init; }

    /// <summary>What the search learned for the scores, where a site uses it.</summary>
    [JsonIgnore]
    public ScoreParameters? Parameters { get; init; }

    /// <summary>True when no site looks at the question: the reduced picture then serves several questions about it.</summary>
    public bool IsQuestionAgnostic => Sites.All(site => !site.Score.ContainsKey(ScoreCriterion.TextAttention));

    /// <summary>Makes a plan and computes its ledger.</summary>
    /// <param name="model">The model that the plan is for.</param>
    /// <param name="sites">The sites, in the order in which they act.</param>
    /// <param name="parameters">What the scores need, when one of them is <see cref="ScoreCriterion.Probe"/>.</param>
    /// <exception cref="EosException">EOS4001: a site is out of range, keeps more than it gets, or lacks its parameters.</exception>
    public static ReductionPlan Create(PlanModel model, IEnumerable<ReductionSite> sites, ScoreParameters? parameters = null)
    {
        IReadOnlyList<ReductionSite> list = [.. sites];
        return new ReductionPlan { Model = model, Sites = list, Ledger = TokenLedger.Compute(model, list), Parameters = parameters };
    }

    /// <summary>The plan without a site: the unreduced model.</summary>
    public static ReductionPlan Identity(PlanModel model) => Create(model, []);
}
