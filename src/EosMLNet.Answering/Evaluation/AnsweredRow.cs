namespace EosMLNet;

/// <summary>A row that <see cref="AnswerEvaluator"/> has compared.</summary>
/// <param name="Answer">The model's answer.</param>
/// <param name="Right">1 where it is the expected one, else 0.</param>
/// <param name="Family">The question's family; empty without any.</param>
/// <param name="Images">What names the row's images, at least one text; the row's own number where nothing does.</param>
/// <param name="Score">The answer's score; NaN without any.</param>
/// <param name="VisualTokens">Mean visual tokens a layer; NaN where unknown.</param>
internal readonly record struct AnsweredRow(
    string Answer, double Right, string Family, IReadOnlyList<string> Images, float Score, float VisualTokens);
