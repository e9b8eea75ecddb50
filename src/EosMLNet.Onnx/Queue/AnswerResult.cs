namespace EosMLNet.Onnx;

/// <summary>An answer, and what it took.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Ids">Its token ids, without the one that ends it.</param>
/// <param name="MeanProbability">The mean probability of its tokens, the one that ends it included.</param>
/// <param name="IsCutOff">Whether it has as many tokens as it may have, and did not end by itself.</param>
/// <param name="BatchSize">How many questions were answered side by side.</param>
/// <param name="Waited">How long the question waited for its batch to begin.</param>
/// <param name="Took">How long it took from then to the end of the answer.</param>
public sealed record AnswerResult(
    string Text, IReadOnlyList<int> Ids, double MeanProbability, bool IsCutOff, int BatchSize, TimeSpan Waited, TimeSpan Took);
