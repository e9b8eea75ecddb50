namespace EosMLNet.Checkpoints;

/// <summary>
/// A prompt that a user writes: a text with <c>&lt;image&gt;</c>, <c>{question}</c> and, if wanted, <c>{system}</c> in it. It is written
/// for each question of a conversation.
/// </summary>
internal sealed class OwnPrompt : PromptWriter
{
    private readonly string _template, _eachImage;
    private readonly PromptForm _form;

    /// <summary>Takes a template.</summary>
    /// <param name="template">The text.</param>
    /// <param name="form">How the model has images and videos written.</param>
    /// <param name="systemText">The system text, if any.</param>
    /// <exception cref="EosException">EOS1013: a mark is missing, or there twice.</exception>
    internal OwnPrompt(string template, PromptForm form, string? systemText)
    {
        if (PromptMarks.Count(template, PromptMarks.Image) != 1 || PromptMarks.Count(template, PromptMarks.Question) != 1
            || PromptMarks.Count(template, PromptMarks.System) > 1)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"the prompt template '{template}' was given, expected one {PromptMarks.Image} and one {PromptMarks.Question} in it, and at " +
                $"most one {PromptMarks.System}.");
        }
        if (systemText is not null && PromptMarks.Count(template, PromptMarks.System) == 0)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"a system text was given, but the prompt template '{template}' has no place for it; expected {PromptMarks.System} in it.");
        }
        (_template, _form) = (template, form);
        _eachImage = template.Contains(PromptMarks.Image + "\n", StringComparison.Ordinal) ? PromptMarks.Image + "\n" : PromptMarks.Image;
    }

    /// <inheritdoc/>
    internal override TemplateText Write(Conversation conversation)
    {
        List<TemplateText> written = [];
        for (var i = 0; i < conversation.Questions.Count; i++)
        {
            var (turn, isFirst) = (i, i == 0);
            var images = isFirst ? string.Concat(conversation.Parts.Select(Place)) : "";
            written.Add(TemplateText.Of(_template.Replace(_eachImage, images))
                .Replace(PromptMarks.System, _ => (isFirst ? conversation.System : null) ?? TemplateText.Empty)
                .Replace(PromptMarks.Question, _ => conversation.Questions[turn]));
            if (i < conversation.Answers.Count)
                written.AddRange([TemplateText.Of(" "), conversation.Answers[i]]);
        }
        return TemplateText.Concat(written);
    }

    private string Place(PromptPart part) => _eachImage.Replace(PromptMarks.Image, part is VideoPart ? _form.Video : _form.Image);
}
