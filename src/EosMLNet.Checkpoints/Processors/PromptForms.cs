namespace EosMLNet.Checkpoints;

/// <summary>The forms of prompts that are known. A further one is a file like those beside this, and a place in the list.</summary>
internal static class PromptForms
{
    // Of those that fit equally well, the first is taken.
    private static readonly PromptForm[] All =
        [LlavaPrompt.Form, LlavaOneVisionPrompt.Form, .. LlavaNextPrompts.Forms, Qwen2VlPrompt.Form, Qwen3VlPrompt.Form];

    private static readonly Lazy<string[]> Samples = new(() => [.. All.Select(form => Sample(new ChatPrompt(form.ChatTemplate)))]);

    /// <summary>The form that a model of a type has where nothing else is known, and whether all models of that type have it.</summary>
    internal static (PromptForm Form, bool IsSure) Of(string? modelType)
    {
        PromptForm[] forms = [.. All.Where(form => form.ModelTypes.Contains(modelType))];
        return (forms.FirstOrDefault() ?? All[0], forms.Length <= 1);
    }

    /// <summary>The form that a chat template writes; null where it is none of them.</summary>
    internal static PromptForm? Of(string? modelType, ChatPrompt chatTemplate)
    {
        var sample = Sample(chatTemplate);
        return All.Where((_, i) => Samples.Value[i] == sample)
            .OrderByDescending(form => form.ModelTypes.Contains(modelType)).FirstOrDefault();
    }

    private static string Sample(ChatPrompt prompt) =>
        prompt.Write(Conversation.Of(null, PromptMarks.Question, [new ImagePart(), new ImagePart()])).Text;
}
