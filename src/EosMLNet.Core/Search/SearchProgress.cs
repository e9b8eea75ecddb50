namespace EosMLNet.Search;

/// <summary>Where a search stands after a step.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Steps">How many there are.</param>
/// <param name="Loss">Mean cross-entropy of the answers' tokens.</param>
/// <param name="Alignment">Normalised squared distance of the text's hidden states to the unreduced model's; 0 where it is not computed.</param>
/// <param name="MeanVisualTokens">Visual tokens of one image, averaged over layers, as a real number.</param>
/// <param name="Multipliers">The Lagrange multiplier of each constraint, in the order of <see cref="Reduction.ConstraintKind"/>.</param>
/// <param name="Elapsed">Time since the search began.</param>
public sealed record SearchProgress(int Step, int Steps, double Loss, double Alignment, double MeanVisualTokens, IReadOnlyList<double> Multipliers, TimeSpan Elapsed);
