namespace EosMLNet.Checkpoints;

/// <summary>
/// A chat template: a Jinja program that writes a conversation as one text. What such programs use of the language is understood; the rest
/// is refused with its line. However it is written, it ends: steps, depth and length are bounded.
/// </summary>
/// <remarks>https://jinja.palletsprojects.com/templates, with the settings of transformers' <c>apply_chat_template</c>.</remarks>
internal sealed class JinjaTemplate
{
    private readonly TemplateStatement _body;

    private JinjaTemplate(TemplateStatement body) => _body = body;

    /// <summary>Reads a program.</summary>
    /// <exception cref="EosException">EOS1017: it has something that is not understood.</exception>
    internal static JinjaTemplate Parse(string source) => new(TemplateParser.Read(source));

    /// <summary>Runs the program.</summary>
    /// <param name="variables">Its variables; see <see cref="TemplateValue"/> for what they may be.</param>
    /// <exception cref="EosException">EOS1017: it reaches something that is not understood, or does not end.</exception>
    internal TemplateText Render(IEnumerable<KeyValuePair<string, object?>> variables)
    {
        var run = new TemplateRun(new Dictionary<string, object?>(TemplateFunctions.Globals.Concat(variables)));
        _body(run);
        return run.Written;
    }
}
