namespace EosMLNet;

/// <summary>An answer to one question.</summary>
/// <param name="Text">The answer; empty where there is no image or no question.</param>
/// <param name="Score">The mean probability of the answer's tokens, from 0 to 1; NaN where there is no answer.</param>
/// <param name="VisualTokens">The visual tokens that a decoder layer sees on average.</param>
public sealed record VisionLanguageAnswer(string Text, float Score, float VisualTokens);
