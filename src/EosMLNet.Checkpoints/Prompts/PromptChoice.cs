namespace EosMLNet.Checkpoints;

/// <summary>What a user says about a model's prompts (build/docs/adr/0031).</summary>
/// <param name="Template">The prompt around a question: <c>&lt;image&gt;</c> stands for the images, <c>{question}</c> for the question, and
/// <c>{system}</c>, which may be left out, for the system text. The default is null: the checkpoint's own.</param>
/// <param name="SystemText">What the model is told before every question. The default is null: what the checkpoint's prompts say.</param>
public sealed record PromptChoice(string? Template = null, string? SystemText = null)
{
    /// <summary>What is wrong with them whatever the model is; null where nothing is.</summary>
    /// <value>The option's name on most surfaces, its value, and what is expected.</value>
    public (string Name, string Value, string Expected)? Fault
    {
        get
        {
            if (SystemText is not null && string.IsNullOrWhiteSpace(SystemText))
                return ("SystemText", SystemText, "a text, or nothing for the model's own");
            if (Template is null)
                return null;
            var (images, questions) = (PromptMarks.Count(Template, PromptMarks.Image), PromptMarks.Count(Template, PromptMarks.Question));
            var systems = PromptMarks.Count(Template, PromptMarks.System);
            return images != 1 || questions != 1 || systems > 1
                ? ("PromptTemplate", Template,
                    $"one {PromptMarks.Image} and one {PromptMarks.Question} in it, and at most one {PromptMarks.System}")
                : SystemText is not null && systems == 0
                ? ("PromptTemplate", Template, $"a {PromptMarks.System} in it, the place of the system text that was given")
                : null;
        }
    }

    /// <summary>Throws where something is wrong.</summary>
    /// <exception cref="EosException">EOS1013: as <see cref="Fault"/> says.</exception>
    internal void Check()
    {
        if (Fault is { } fault)
            throw new EosException(EosErrors.InvalidOption, $"{fault.Name} is '{fault.Value}'; expected {fault.Expected}.");
    }
}
