namespace EosMLNet.Checkpoints;

/// <summary>
/// A prompt that a user writes: a text with <c>&lt;image&gt;</c>, <c>{question}</c> and, if wanted, <c>{system}</c> in it: one that
/// <see cref="PromptChoice.Check"/> lets pass. It is written for each question of a conversation.
/// </summary>
internal sealed class OwnPrompt : PromptWriter
{
    private readonly string _template, _eachImage;
    private readonly PromptForm _form;

    /// <summary>Takes a template.</summary>
    /// <param name="template">The text.</param>
    /// <param name="form">How the model has images and videos written.</param>
    internal OwnPrompt(string template, PromptForm form)
    {
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
