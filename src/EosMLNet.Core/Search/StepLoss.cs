namespace EosMLNet.Search;

/// <summary>What a step's loss was made of.</summary>
/// <param name="Task">The mean over the answers' tokens.</param>
/// <param name="Alignment">The distance from the unreduced model; 0 where it is not asked for.</param>
/// <param name="Total">With everything that is added.</param>
internal readonly record struct StepLoss(double Task, double Alignment, double Total);
