namespace Fuzz.Targets;

/// <summary>A chat template, a program: it is told from known ones, and writes prompts.</summary>
internal sealed class ChatTemplateTarget : FuzzTarget
{
    internal override string Reader => "chat_template.jinja";

    internal override string FileName => "chat_template.jinja";

    internal override void Read(string folder)
    {
        var form = ChatTemplate.Choose(folder, []);
        if (form.Fault is { } fault)
            throw fault;
        form.Shown("You see.");
        new ChatPrompt(form.ChatTemplate).Write(new(null, [TemplateText.Of("Which?"), TemplateText.Of("And now?")],
            [TemplateText.Of("This.")], [new ImagePart(), new ImagePart()]));
    }
}
