namespace EosMLNet.Plans;

/// <summary>
/// The low-rank bilinear form xᵀUᵀVq of <see cref="ScoreCriterion.TextRelevance"/> between a visual token x and the instruction q:
/// selection can depend on the question where no decoder attention exists yet.
/// </summary>
/// <param name="Rank">r, the number of rows of both matrices.</param>
/// <param name="Visual">U, r · d numbers, row by row.</param>
/// <param name="Text">V, r · d numbers, row by row.</param>
public sealed record TextRelevance(int Rank, float[] Visual, float[] Text);
