namespace Fuzz.Targets;

/// <summary>A chat template, a program: it is told from known ones, and writes prompts.</summary>
internal sealed class ChatTemplateTarget : FuzzTarget
{
    /// <summary>
    /// Bytes that a template may allocate beyond other files: it is a program, which is run up to ten times to tell it from known ones.
    /// What it makes in that time is garbage, and its work is bounded.
    /// </summary>
    internal const long Garbage = 1L << 29;

    internal override string Reader => "chat_template.jinja";

    internal override string FileName => "chat_template.jinja";

    internal override long Declared(ReadOnlySpan<byte> input) => Garbage;

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
