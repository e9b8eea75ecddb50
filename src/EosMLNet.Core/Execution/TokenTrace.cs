namespace EosMLNet.Execution;

/// <summary>What is left of one image's visual tokens at a place of a plan, and what each of them is made of; k of n tokens.</summary>
/// <param name="Image">The image's number among those of the batch, from 0.</param>
/// <param name="Layout">How the n tokens of the unreduced image lie.</param>
/// <param name="Site">The number in the plan, from 0, of the site that left them; −1 for what enters the decoder.</param>
/// <param name="Places">Where they stand among the tokens of the unreduced image, ascending, k.</param>
/// <param name="Mass">How many original tokens each one stands for, k; 1 for a token that nothing was merged into.</param>
/// <param name="Parts">Which part of each comes from each token of the unreduced image, (k, n) row by row, from 0 to 1. Each row's sum is
/// 1. What sites in the encoder merged is not followed: there, a token is made of itself alone.</param>
public sealed record TokenTrace(
    int Image, VisualLayout Layout, int Site, IReadOnlyList<int> Places, IReadOnlyList<float> Mass, IReadOnlyList<float> Parts);
