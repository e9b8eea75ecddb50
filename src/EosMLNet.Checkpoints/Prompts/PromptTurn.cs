namespace EosMLNet.Checkpoints;

/// <summary>A question that was answered earlier in a conversation.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The model's answer.</param>
public sealed record PromptTurn(string Question, string Answer);
