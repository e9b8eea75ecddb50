namespace EosMLNet.Checkpoints;

/// <summary>A prompt that a chat template writes.</summary>
internal sealed class ChatPrompt(string chatTemplate) : PromptWriter
{
    private readonly JinjaTemplate _template = JinjaTemplate.Parse(chatTemplate);

    /// <inheritdoc/>
    internal override TemplateText Write(Conversation conversation)
    {
        try
        {
            return Render(conversation, text => (List<object?>)[Part("text", text)]);
        }
        catch (EosException) when (conversation.System is not null || conversation.Answers.Count > 0)
        {
            // Some templates go through the parts of questions, and take the other texts as they are.
            return Render(conversation, text => text);
        }
    }

    /// <summary>The same for a template of texts alone: the question is no list of parts.</summary>
    internal TemplateText WriteText(string question) =>
        Render([Message("user", TemplateText.Of(question, Conversation.OfQuestion(0)))]);

    private TemplateText Render(Conversation conversation, Func<TemplateText, object> content)
    {
        List<object?> messages = [];
        if (conversation.System is { } system)
            messages.Add(Message("system", content(system)));
        for (var i = 0; i < conversation.Questions.Count; i++)
        {
            var parts = (i == 0 ? conversation.Parts : []).Select(part => (object?)Part(part is VideoPart ? "video" : "image", null));
            messages.Add(Message("user", (List<object?>)[.. parts, Part("text", conversation.Questions[i])]));
            if (i < conversation.Answers.Count)
                messages.Add(Message("assistant", content(conversation.Answers[i])));
        }
        return Render(messages);
    }

    // The tokenizer begins a prompt by itself, and an answer brings its own end.
    private TemplateText Render(List<object?> messages) => _template.Render(
    [
        new("messages", messages),
        new("add_generation_prompt", true),
        new("bos_token", TemplateText.Empty),
        new("eos_token", TemplateText.Empty),
    ]);

    private static Dictionary<string, object?> Message(string role, object content) =>
        new() { ["role"] = TemplateText.Of(role), ["content"] = content };

    private static Dictionary<string, object?> Part(string type, TemplateText? text)
    {
        var part = new Dictionary<string, object?> { ["type"] = TemplateText.Of(type) };
        if (text is not null)
            part["text"] = text;
        return part;
    }
}
