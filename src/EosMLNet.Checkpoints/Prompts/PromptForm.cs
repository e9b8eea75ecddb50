namespace EosMLNet.Checkpoints;

/// <summary>A form of prompt that models were trained on.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="ChatTemplate">The Jinja program that writes it (build/docs/adr/0031).</param>
/// <param name="ModelTypes">The <c>model_type</c>s of config.json that it belongs to, first of all.</param>
internal sealed record PromptForm(string Name, string ChatTemplate, IReadOnlyList<string> ModelTypes)
{
    /// <summary>What stands for an image wherever a user puts one.</summary>
    public string Image { get; init; } = PromptMarks.Image;

    /// <summary>What the template writes for a video.</summary>
    public string Video { get; init; } = PromptMarks.Video;

    /// <summary>Whether the place of a video is written once for each of its steps, with the step's time in front.</summary>
    public bool HasTimedVideos { get; init; }

    /// <summary>The system text of those that the user gives none for; null for the template's own, or none.</summary>
    public string? SystemText { get; init; }

    /// <summary>The same where the models' authors ask published benchmarks.</summary>
    public string? PublishedSystemText { get; init; }

    /// <summary>Why there is no prompt: the folder's template cannot be followed. Null where there is one.</summary>
    public EosException? Fault { get; init; }

    /// <summary>The prompt around a question, with <c>&lt;image&gt;</c> and <c>{question}</c> in their places.</summary>
    public string Shown(string? systemText) => ShownBy(new ChatPrompt(ChatTemplate), systemText ?? SystemText);

    /// <summary>The same of another prompt of the model.</summary>
    internal string ShownBy(PromptWriter prompt, string? systemText) =>
        prompt.Write(Conversation.Of(systemText, PromptMarks.Question, [new ImagePart()])).Text.Replace(Image, PromptMarks.Image);
}
