namespace EosMLNet.Execution;

/// <summary>What greedy decoding gave for a batch.</summary>
/// <param name="Ids">New token ids of each row, without the one that ends the answer.</param>
/// <param name="MeanProbability">The mean probability of each row's new tokens, the one that ends the answer included.</param>
public sealed record Generation(IReadOnlyList<int[]> Ids, IReadOnlyList<double> MeanProbability);
