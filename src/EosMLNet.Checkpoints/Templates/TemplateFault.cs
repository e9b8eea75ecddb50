namespace EosMLNet.Checkpoints;

/// <summary>What a chat template asks for that cannot be done.</summary>
internal static class TemplateFault
{
    /// <summary>What to do about a chat template that cannot be followed.</summary>
    internal const string Remedy =
        "Give a prompt template of your own, with <image> and {question} in it: --prompt-template, or the option PromptTemplate.";

    /// <summary>An exception that names the construct and its line.</summary>
    internal static EosException At(int line, string what) =>
        new(EosErrors.ChatTemplate, $"Line {line} of the chat template {what}.");
}
