using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// What a search can hold below a limit. A kind is a file that derives from <see cref="LedgerKind"/> or <see cref="LatencyKind"/>, and an
/// entry here. Plans, checks, searches and surfaces go over <see cref="All"/>.
/// </summary>
[JsonConverter(typeof(ConstraintKindConverter))]
public abstract class ConstraintKind
{
    // In the order in which a search adds them up. A new one goes to the end, so that older searches give the same bits.
    private static readonly List<ConstraintKind> Entered = [];

    /// <summary><see cref="TokenLedger.Mean"/>.</summary>
    public static ConstraintKind MeanVisualTokens { get; } = Enter(new MeanVisualTokensKind());

    /// <summary><see cref="TokenLedger.Final"/>.</summary>
    public static ConstraintKind FinalVisualTokens { get; } = Enter(new FinalVisualTokensKind());

    /// <summary><see cref="TokenLedger.MacsRatio"/>.</summary>
    public static ConstraintKind MacsRatio { get; } = Enter(new MacsRatioKind());

    /// <summary><see cref="TokenLedger.KvBytesRatio"/>.</summary>
    public static ConstraintKind KvBytesRatio { get; } = Enter(new KvBytesRatioKind());

    /// <summary>The predicted time of prefill, in milliseconds.</summary>
    public static ConstraintKind LatencyMs { get; } = Enter(new LatencyMsKind());

    /// <summary>The same as a part of the unreduced model's predicted time.</summary>
    public static ConstraintKind LatencyFraction { get; } = Enter(new LatencyFractionKind());

    /// <summary><see cref="TokenLedger.Mean"/> as a part of the unreduced image's visual tokens.</summary>
    public static ConstraintKind MeanVisualShare { get; } = Enter(new MeanVisualShareKind());

    private protected ConstraintKind(string name) => Name = name;

    /// <summary>All kinds, in the order in which a search has them.</summary>
    public static IReadOnlyList<ConstraintKind> All { get; } = Entered.AsReadOnly();

    /// <summary>All kinds, in the order in which they are named to people: those of one quantity side by side.</summary>
    public static IReadOnlyList<ConstraintKind> ByQuantity { get; } =
        [.. Entered.GroupBy(kind => kind.Quantity).SelectMany(kinds => kinds)];

    /// <summary>The name, in plan files, reports and settings.</summary>
    public string Name { get; }

    /// <summary>The quantity that is limited. Kinds may limit one quantity in several units.</summary>
    public abstract string Quantity { get; }

    /// <summary>The limit in a sentence or two, for the help of a command.</summary>
    public abstract string Description { get; }

    /// <summary>Whether limits are parts of the unreduced model's cost, and so at most 1.</summary>
    public virtual bool IsShare => false;

    /// <summary>The cost of the unreduced model.</summary>
    /// <param name="model">The model's numbers.</param>
    /// <param name="seconds">Its predicted prefill, in seconds; only a <see cref="LatencyKind"/> reads it.</param>
    public virtual double Unreduced(PlanModel model, double seconds) => 1;

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    private static ConstraintKind Enter(ConstraintKind kind)
    {
        Entered.Add(kind);
        return kind;
    }
}
