using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The chat template of a folder, a Jinja program that is not run: prompts are LLaVA-1.5's. A folder with another form of prompt gets a
/// note.
/// </summary>
internal static class ChatTemplate
{
    private const string Field = "chat_template";

    /// <summary>A sentence where the folder's template writes other prompts; none where it has none, or LLaVA-1.5's.</summary>
    internal static IEnumerable<string> Note(string folder)
    {
        var (file, template) = Find(folder);
        // LLaVA-1.5's says ASSISTANT: itself, or writes the roles in capitals.
        if (template is not null && !template.Contains("ASSISTANT", StringComparison.Ordinal) && !template.Contains("upper", StringComparison.Ordinal))
        {
            yield return $"'{file}' has a {Field} that is not followed: prompts are LLaVA-1.5's, \"USER: <image>\\n... ASSISTANT:\". " +
                "A model that was trained on other prompts answers worse.";
        }
    }

    private static (string File, string? Template) Find(string folder)
    {
        var jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja))
            return (jinja, TextTokenizer.ReadText(jinja));
        foreach (var name in (string[])["chat_template.json", ImageProcessorSettings.ProcessorFile, "tokenizer_config.json"])
        {
            if (JsonSection.ReadIfExists(Path.Combine(folder, name)) is { } json && json.Find(Field) is { } value)
                return (json.File, value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()); // one, or several by name
        }
        return (folder, null);
    }
}
