using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// The chat template of a folder, a Jinja program. One that writes what a known form writes is that form; another one is run. A folder
/// whose template has no place for images gets its model's form, and a note.
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
        var modelType = ModelType(folder);
        var (form, isSure) = PromptForms.Of(modelType);
        if (template is not null && Follow(file, template, modelType, form, notes) is { } followed)
            return followed;
        var prompt = $"prompts are {form.Name}'s, \"{form.Shown(null).Replace("\n", "\\n").Replace(PromptMarks.Question, "...")}\".";
        if (template is not null)
            notes.Add($"'{file}' has a {Field} that is not followed: {prompt} A model that was trained on other prompts answers worse.");
        else if (!isSure)
        {
            notes.Add($"'{file}' has no {Field}, and models of type {modelType} differ in theirs: {prompt} " +
                "Copy the file of the original checkpoint.");
        }
        return form;
    }

    /// <summary>The form that belongs to a folder's model, whatever its template says.</summary>
    internal static PromptForm OfModel(string folder) => PromptForms.Of(ModelType(folder)).Form;

    private static string? ModelType(string folder) => JsonSection.ReadIfExists(Path.Combine(folder, "config.json"))?.Text("model_type");

    // Null where it has no place for the question, or for images.
    private static PromptForm? Follow(string file, string template, string? modelType, PromptForm form, List<string> notes)
    {
        ChatPrompt? prompt = null;
        try
        {
            prompt = new ChatPrompt(template);
            if (PromptForms.Of(modelType, prompt) is { } known)
                return known with { HasTimedVideos = form.HasTimedVideos };
            var (with, without) = (Ask(prompt, [new ImagePart()]), Ask(prompt, []));
            return with.Length > without.Length && with.Origin.Contains(Conversation.OfQuestion(0))
                ? form with { Name = $"'{file}'", ChatTemplate = template, SystemText = null, PublishedSystemText = null } : null;
        }
        catch (EosException e) when (e.Code == EosErrors.ChatTemplate)
        {
            if (prompt is not null && IsOfTexts(prompt))
                return null;
            var fault = new EosException(
                EosErrors.ChatTemplate, $"The {Field} of '{file}' cannot be followed. {e.Detail} {TemplateFault.Remedy}", e);
            notes.Add(fault.Detail);
            return form with { Fault = fault };
        }
    }

    private static TemplateText Ask(ChatPrompt prompt, IReadOnlyList<PromptPart> parts) =>
        prompt.Write(Conversation.Of(null, PromptMarks.Question, parts));

    private static bool IsOfTexts(ChatPrompt prompt)
    {
        try
        {
            prompt.WriteText(PromptMarks.Question);
            return true;
        }
        catch (EosException)
        {
            return false;
        }
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
