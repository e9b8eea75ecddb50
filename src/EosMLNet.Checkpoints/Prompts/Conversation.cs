namespace EosMLNet.Checkpoints;

/// <summary>What a prompt is written of. The last question has no answer yet.</summary>
/// <param name="System">The system text, if any.</param>
/// <param name="Questions">The questions. In the first one images may have their places.</param>
/// <param name="Answers">The answers to all of them but the last.</param>
/// <param name="Parts">What the first question is about and has no place in its text.</param>
internal sealed record Conversation(
    TemplateText? System, IReadOnlyList<TemplateText> Questions, IReadOnlyList<TemplateText> Answers, IReadOnlyList<PromptPart> Parts)
{
    /// <summary>The origin of the system text.</summary>
    internal const char OfSystem = '\u0001';

    /// <summary>The origin of a question.</summary>
    internal static char OfQuestion(int turn) => (char)(2 + 2 * turn);

    /// <summary>The origin of an answer.</summary>
    internal static char OfAnswer(int turn) => (char)(3 + 2 * turn);

    /// <summary>A conversation that begins.</summary>
    internal static Conversation Of(string? system, string question, IReadOnlyList<PromptPart> parts) =>
        new(system is null ? null : TemplateText.Of(system, OfSystem), [TemplateText.Of(question, OfQuestion(0))], [], parts);
}
