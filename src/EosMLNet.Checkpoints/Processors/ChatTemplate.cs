using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The chat template of a folder, a Jinja program that is not run: it is only looked at to tell which form of prompt it writes. A folder
/// with an unknown one gets a note.
/// </summary>
internal static class ChatTemplate
{
    private const string Field = "chat_template";

    /// <summary>The form of prompt that a folder's model was trained on.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="notes">Receives a sentence where that is a guess.</param>
    internal static PromptForm Choose(string folder, List<string> notes)
    {
        var (file, template) = Find(folder);
        var modelType = JsonSection.ReadIfExists(Path.Combine(folder, "config.json"))?.Text("model_type");
        if (template is not null && PromptForms.Of(modelType, template) is { } known)
            return known;
        var (form, isSure) = PromptForms.Of(modelType);
        var prompt = $"prompts are {form.Name}'s, \"{form.Template.Replace("\n", "\\n").Replace("{question}", "...")}\".";
        if (template is not null)
            notes.Add($"'{file}' has a {Field} that is not followed: {prompt} A model that was trained on other prompts answers worse.");
        else if (!isSure)
        {
            notes.Add($"'{file}' has no {Field}, and models of type {modelType} differ in theirs: {prompt} " +
                "Copy the file of the original checkpoint.");
        }
        return form;
    }

    private static (string File, string? Template) Find(string folder)
    {
        var jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja))
            return (jinja, TextTokenizer.ReadText(jinja));
        foreach (var name in (string[])["chat_template.json", ImageProcessorSettings.ProcessorFile, "tokenizer_config.json"])
        {
            if (JsonSection.ReadIfExists(Path.Combine(folder, name)) is not { } json || json.Find(Field) is not { } value)
                continue;
            return (json.File, value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Array => Default(json),
                _ => value.GetRawText(),
            });
        }
        return (folder, null);
    }

    // Of several templates the one that is taken where none is asked for.
    private static string Default(JsonSection json)
    {
        JsonSection[] named = [.. json.Sections(Field)];
        return (named.FirstOrDefault(one => one.Text("name") == "default") ?? named.FirstOrDefault())?.Text("template") ?? "";
    }
}
