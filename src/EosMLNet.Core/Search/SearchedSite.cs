namespace EosMLNet.Search;

/// <summary>The searched values of one allowed site.</summary>
/// <param name="Layer">The layer it stands in front of.</param>
/// <param name="Activation">θ: the gate without noise, from 0 (the identity) to 1.</param>
/// <param name="Keep">Visual tokens kept, a real number.</param>
/// <param name="Transfer">γ.</param>
/// <param name="Temperature">τ.</param>
/// <param name="Reweight">ρ.</param>
/// <param name="ProportionalAttention">The weight of log mass in later layers' attention.</param>
/// <param name="Diversity">δ.</param>
/// <param name="Score">The mixture of criteria.</param>
public sealed record SearchedSite(
    int Layer, double Activation, double Keep, double Transfer, double Temperature, double Reweight, double ProportionalAttention,
    double Diversity,
    IReadOnlyDictionary<ScoreCriterion, double> Score);
