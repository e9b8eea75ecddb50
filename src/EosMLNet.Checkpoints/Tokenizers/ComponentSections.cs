
namespace EosMLNet.Checkpoints;

/// <summary>What the components of a <c>tokenizer.json</c> have in common when they are read.</summary>
internal static class ComponentSections
{
    private const string Type = "type";

    /// <summary>The components under a name: none where it is omitted, those of a <c>Sequence</c>, or the one.</summary>
    /// <param name="whole">The object that has the name.</param>
    /// <param name="name">The name, such as <c>decoder</c>.</param>
    /// <param name="list">What a <c>Sequence</c> calls its list.</param>
    internal static IEnumerable<(string Type, JsonSection Section)> Components(this JsonSection whole, string name, string list) =>
        whole.Find(name) is null ? [] : Flatten(whole.Section(name), list);

    /// <summary>The error about a component of a kind that is not known.</summary>
    /// <param name="section">The component.</param>
    /// <param name="known">The kinds that are.</param>
    internal static EosException Unknown(this JsonSection section, string known) =>
        section.Unsupported(Type, section.Text(Type) is { } type ? $"'{type}'" : null, $"one of Sequence, {known}");

    /// <summary>A text that must be there.</summary>
    /// <exception cref="EosException">EOS1009: it is not, or it is empty.</exception>
    internal static string RequiredText(this JsonSection section, string name) =>
        section.Text(name) is { Length: > 0 } text ? text : throw section.Unsupported(name, null, "a text");

    /// <summary>One character.</summary>
    /// <exception cref="EosException">EOS1009: it is missing, or longer.</exception>
    internal static char Letter(this JsonSection section, string name) =>
        section.RequiredText(name) is [var letter] ? letter : throw section.Unsupported(name, $"'{section.Text(name)}'", "one character");

    /// <summary>The <c>String</c> of a <c>pattern</c>, null where it is a <c>Regex</c>.</summary>
    internal static string? Literal(this JsonSection section) => section.Section("pattern").Text("String");

    private static IEnumerable<(string, JsonSection)> Flatten(JsonSection section, string list) =>
        section.Text(Type) is not "Sequence"
            ? [(section.Text(Type) ?? "", section)]
            : section.Sections(list).SelectMany(part => Flatten(part, list));
}
