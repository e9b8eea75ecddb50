namespace ScenesVqa.Questions;

/// <summary>A question about an image, its answer, and the family it belongs to.</summary>
public sealed record SceneQuestion(string Family, string Text, string Answer);
