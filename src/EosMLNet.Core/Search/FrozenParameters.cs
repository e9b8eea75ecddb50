namespace EosMLNet.Search;

/// <summary>
/// Parameters of all sites that are not searched but fixed: for ablations, and for searches over less, such as the rates alone
/// (<see cref="Transfer"/>, <see cref="Reweight"/> and <see cref="ProportionalAttention"/> at 0). A parameter that is
/// <see langword="null"/> is searched. The plan has every fixed value exactly.
/// </summary>
public sealed record FrozenParameters
{
    /// <summary>γ, from 0 to 1; 0 to prune only.</summary>
    public double? Transfer { get; init; }

    /// <summary>τ, at least 0; 0 for the most similar anchor only, ∞ for all alike.</summary>
    public double? Temperature { get; init; }

    /// <summary>θ, above 0, at most 1; 1 for gates that are always open. No site is then dropped, even if it does not pay.</summary>
    public double? Activation { get; init; }

    /// <summary>ρ, at least 0.</summary>
    public double? Reweight { get; init; }

    /// <summary>The weight of log mass in later layers' attention, from 0 to 1.</summary>
    public double? ProportionalAttention { get; init; }

    /// <summary>δ, at least 0; 0 for the highest scores, however alike.</summary>
    public double? Diversity { get; init; }

    /// <summary>Whether all sites keep the same count, which the first one reduces to.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool UniformKeep { get; init; }

    /// <summary>Whether sites that do not pay for themselves are dropped: where neither counts nor gates are fixed.</summary>
    internal bool DropsSites => !UniformKeep && Activation is null;

    /// <summary>Throws where a value is out of its range.</summary>
    /// <exception cref="EosException">EOS1013.</exception>
    internal void CheckValues(OptionCheck check)
    {
        check.Between(0, 1, $"Frozen.{nameof(Transfer)}", Transfer);
        check.That(Temperature is null or >= 0, $"Frozen.{nameof(Temperature)}", Temperature, "at least 0");
        check.That(Activation is null or > 0 and <= 1, $"Frozen.{nameof(Activation)}", Activation, "above 0 and at most 1");
        check.Between(0, 1e6, $"Frozen.{nameof(Reweight)}", Reweight);
        check.Between(0, 1, $"Frozen.{nameof(ProportionalAttention)}", ProportionalAttention);
        check.Between(0, 1e6, $"Frozen.{nameof(Diversity)}", Diversity);
    }

    /// <summary>The site with the stated values.</summary>
    internal ReductionSite Applied(ReductionSite site) => site with
    {
        Transfer = Transfer ?? site.Transfer,
        Temperature = Temperature ?? site.Temperature,
        Reweight = Reweight ?? site.Reweight,
        ProportionalAttention = ProportionalAttention ?? site.ProportionalAttention,
        Diversity = Diversity ?? site.Diversity,
    };
}
