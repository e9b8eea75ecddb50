namespace EosMLNet.Checkpoints;

/// <summary>A form of prompt that models were trained on.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Template">The prompt: <c>&lt;image&gt;</c> stands for the image, <c>{question}</c> for the question.</param>
/// <param name="EachImage">The part of the template that comes once for each image.</param>
/// <param name="ModelTypes">The <c>model_type</c>s of config.json that it belongs to, first of all.</param>
/// <param name="Recognises">Whether the text of a chat template, a Jinja program, writes this form. Texts in it are between single quotes
/// here, also where the program has double ones.</param>
internal sealed record PromptForm(
    string Name, string Template, string EachImage, IReadOnlyList<string> ModelTypes, Func<string, bool> Recognises)
{
    /// <summary>The template that the models' authors ask published benchmarks with.</summary>
    /// <value>The default is <see cref="Template"/>.</value>
    public string PublishedTemplate { get; init; } = Template;
}
