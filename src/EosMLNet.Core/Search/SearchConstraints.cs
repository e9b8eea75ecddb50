using System.Globalization;
using System.Text.Json.Serialization;

namespace EosMLNet.Search;

/// <summary>
/// What a searched plan must satisfy: any of these limits together, at least one. Each is one-sided: staying below it is allowed and earns
/// nothing.
/// </summary>
public sealed record SearchConstraints
{
    private readonly ConstraintLimits limits = ConstraintLimits.None;

    /// <summary>
    /// The most visual tokens of one image that enter a decoder layer, averaged over layers (<see cref="TokenLedger.Mean"/>); above 0, at
    /// most the model's own number.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? MeanVisualTokens
    {
        get => limits.Of(ConstraintKind.MeanVisualTokens);
        init => limits = limits.With(ConstraintKind.MeanVisualTokens, value);
    }

    /// <summary>
    /// The mean again, as a part of the unreduced image's visual tokens, such as 1/9; above 0, at most 1. Where images have different
    /// numbers of tokens, each keeps this part of its own.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? MeanVisualShare
    {
        get => limits.Of(ConstraintKind.MeanVisualShare);
        init => limits = limits.With(ConstraintKind.MeanVisualShare, value);
    }

    /// <summary>
    /// The most visual tokens of one image that enter the last layer (<see cref="TokenLedger.Final"/>); above 0, at most the model's own
    /// number.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? FinalVisualTokens
    {
        get => limits.Of(ConstraintKind.FinalVisualTokens);
        init => limits = limits.With(ConstraintKind.FinalVisualTokens, value);
    }

    /// <summary>
    /// The most multiply-accumulate operations, as a part of the unreduced model's (<see cref="TokenLedger.MacsRatio"/>); above 0, at most
    /// 1.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? MacsRatio
    {
        get => limits.Of(ConstraintKind.MacsRatio);
        init => limits = limits.With(ConstraintKind.MacsRatio, value);
    }

    /// <summary>
    /// The most bytes of the key-value cache, as a part of the unreduced model's (<see cref="TokenLedger.KvBytesRatio"/>); above 0, at most
    /// 1.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? KvBytesRatio
    {
        get => limits.Of(ConstraintKind.KvBytesRatio);
        init => limits = limits.With(ConstraintKind.KvBytesRatio, value);
    }

    /// <summary>
    /// The most that the accuracy of any family of questions may fall below the unreduced model's, from 0 to 1. This limit is about losses,
    /// not about cost, and rounding cannot meet it: the search pulls towards it. The report tells how far each family fell on validation
    /// data. It needs one of the other limits beside it.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? FamilyDrop { get; init; }

    /// <summary>
    /// The most milliseconds that prefill may take, from a prompt with its encoded image to the first token, as <see cref="Latency"/>
    /// predicts it; above 0, at most what it predicts of the unreduced model.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? LatencyMs
    {
        get => limits.Of(ConstraintKind.LatencyMs);
        init => limits = limits.With(ConstraintKind.LatencyMs, value);
    }

    /// <summary>The same as a part of what is predicted of the unreduced model; above 0, at most 1.</summary>
    /// <value>The default is <see langword="null"/>: no limit.</value>
    public double? LatencyFraction
    {
        get => limits.Of(ConstraintKind.LatencyFraction);
        init => limits = limits.With(ConstraintKind.LatencyFraction, value);
    }

    /// <summary>
    /// The measurements that latency is predicted by, made on the device that the plan is for, for a model of this shape. Where latency is
    /// limited, or <see cref="MeasureLatency"/> asks for it, the report compares the plan's prediction with its measurement here.
    /// </summary>
    /// <value>The default is <see langword="null"/>: none, and no limit on latency.</value>
    public LatencyTable? Latency { get; init; }

    /// <summary>The text tokens of a prompt whose latency is meant.</summary>
    /// <value>The default is 32, those of the ledger.</value>
    public int LatencyTextTokens { get; init; } = TokenLedger.DefaultTextTokens;

    /// <summary>Prompts that are run together, with an image each, where latency is meant.</summary>
    /// <value>The default is 1.</value>
    public int LatencyBatch { get; init; } = 1;

    /// <summary>
    /// Whether the plan's prefill is measured on this machine at the end and reported beside what <see cref="Latency"/> predicts. A limit
    /// on latency measures it in any case. The plan does not depend on it.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    [JsonIgnore]
    public bool MeasureLatency { get; init; }

    /// <summary>The limits that are set, in the order of <see cref="ConstraintKind.All"/>; without <see cref="FamilyDrop"/>.</summary>
    public IReadOnlyList<ConstraintLimit> Limits => limits.All;

    /// <summary>These constraints with another limit of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="limit">The most that is allowed; <see langword="null"/> for no limit.</param>
    public SearchConstraints With(ConstraintKind kind, double? limit) => this with { Set = limits.With(kind, limit) };

    /// <summary>Whether there is something to measure, and a reason to.</summary>
    internal bool MeasuresLatency => Latency is not null && (MeasureLatency || Limits.Any(limit => limit.Kind is LatencyKind));

    private ConstraintLimits Set { init => limits = value; }

    /// <summary>These limits, or looser ones where they are below a share of what the unreduced model needs.</summary>
    internal SearchConstraints AtLeast(double share, PlanModel model) =>
        this with { Set = limits.Change(one => Math.Max(one.Limit, share * Unreduced(one.Kind, model))) };

    /// <summary>Limits on the way from looser ones to these, on a logarithmic scale.</summary>
    /// <param name="looser">Where the way begins; a limit that it does not set, or sets tighter, stays at this one's.</param>
    /// <param name="share">How much of the way is left, from 1 to 0.</param>
    internal SearchConstraints Loosened(SearchConstraints looser, double share) => this with
    {
        Set = limits.Change(one => looser.limits.Of(one.Kind) is { } from && share > 0
            ? one.Limit * Math.Pow(Math.Max(1, from / one.Limit), share) : one.Limit),
    };

    /// <summary>The tightest limit, as a part of the unreduced model's cost.</summary>
    internal double Share(PlanModel model) => Limits.Min(x => x.Limit / Unreduced(x.Kind, model));

    /// <summary>The measurements at the prompt length and batch that are meant; <see langword="null"/> without a table.</summary>
    internal LatencyProfile? Profile => Latency?.At(LatencyTextTokens, LatencyBatch);

    /// <summary>
    /// What a prefill under a plan takes: as <see cref="Latency"/> predicts it, or without a table as it is roughly on a CPU.
    /// </summary>
    internal double Seconds(ReductionPlan plan) => Profile is { } profile && !plan.Model.ImagesVary ? profile.Predict(plan)
        : RoughLatency.Seconds(plan, LatencyBatch);

    /// <summary>A plan's cost by the measure of this kind of constraint.</summary>
    internal double Spent(ConstraintKind kind, ReductionPlan plan) => kind is LatencyKind latency
        ? Profile!.Predict(plan) * latency.OfSecond(Profile.Unreduced(plan.Model.Layers)) : plan.Spent(kind);

    /// <summary>Throws where a limit is out of its range, or no plan with sites in front of these layers can meet it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layers">Where sites may stand, ascending.</param>
    /// <param name="sites">The dearest site in each place, for a limit on latency.</param>
    /// <param name="named">What the surface calls the settings.</param>
    /// <param name="sizes">The images of the data, where the model's vary.</param>
    /// <exception cref="EosException">EOS1013: no limit, or one out of its range. EOS3001: one that cannot be met. EOS4002: a latency table
    /// for another shape.</exception>
    internal void Check(
        PlanModel model, IReadOnlyList<int> layers, IReadOnlyList<ReductionSite>? sites = null, OptionNaming? named = null,
        ImageSizes? sizes = null)
    {
        named ??= SettingNames.Own;
        CheckValues(new OptionCheck(named), tableComes: false);
        Latency?.CheckFits(model);
        // Costs hardly ever fall when a site keeps more. So one token everywhere is next to the cheapest plan by every measure.
        var budget = new SearchBudget(model, layers, this, sites: sites, sizes: sizes);
        int[] least = [.. layers.Select(_ => 1)];
        foreach (var (kind, limit) in Limits)
        {
            var (most, name) = (Unreduced(kind, model), named(SettingNames.Of(kind)));
            if (!(limit > 0 && limit <= most))
                throw new EosException(EosErrors.InvalidOption,
                    FormattableString.Invariant($"{name} is {limit}; expected above 0 and at most {most}, the unreduced model's."));
            if (budget.Spent(kind, least) is var needed && needed > limit * SearchBudget.RoundingError)
            {
                throw new EosException(EosErrors.InfeasibleBudget,
                    string.Create(CultureInfo.InvariantCulture,
                        $"{name} of at most {limit} cannot be met: with the first site in front of layer {layers[0]} of {model.Layers}, " +
                        $"one visual token at every later layer already gives {needed:0.######}. Raise the limit to at least that") +
                    (layers[0] > 0 ? ", or allow a site in front of an earlier layer." : "."));
            }
        }
    }

    /// <summary>Throws where a limit is wrong whatever the model.</summary>
    /// <param name="check">Checks, under the surface's names.</param>
    /// <param name="tableComes">Whether the latency table may be missing now.</param>
    /// <exception cref="EosException">EOS1013: no limit, or one out of its range.</exception>
    internal void CheckValues(OptionCheck check, bool tableComes)
    {
        var names = ConstraintKind.ByQuantity.Select(kind => check.Name(SettingNames.Of(kind))).ToArray();
        if (Limits.Count == 0)
            throw new EosException(EosErrors.InvalidOption,
                $"No constraint is set; expected at least one of {string.Join(", ", names[..^1])} and {names[^1]}.");
        foreach (var (kind, limit) in Limits)
        {
            check.That(limit > 0 && limit <= (kind.IsShare ? 1 : double.MaxValue), SettingNames.Of(kind), limit,
                kind.IsShare ? "above 0 and at most 1, the unreduced model's" : "above 0");
        }
        check.Between(0, 1, $"Constraints.{nameof(FamilyDrop)}", FamilyDrop);
        check.AtLeast(1, $"Constraints.{nameof(LatencyTextTokens)}", LatencyTextTokens);
        check.Between(1, 65_536, $"Constraints.{nameof(LatencyBatch)}", LatencyBatch);
        if (Latency is null && !tableComes && Limits.Any(limit => limit.Kind is LatencyKind))
        {
            throw new EosException(EosErrors.InvalidOption,
                $"A limit on latency needs a latency table, which predicts it; expected {check.Name($"Constraints.{nameof(Latency)}")} " +
                "beside it. " +
                "`eos search --calibrate` measures one, or LatencyCalibration.Measure.");
        }
        _ = Profile; // throws where the table has none
    }

    // Without a table only kinds are limited that do not ask for one.
    private double Unreduced(ConstraintKind kind, PlanModel model) =>
        kind.Unreduced(model, Profile?.Unreduced(model.Layers) ?? double.NaN);
}
