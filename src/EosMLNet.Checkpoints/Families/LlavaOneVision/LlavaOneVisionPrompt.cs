using System.Text.RegularExpressions;

namespace EosMLNet.Checkpoints;

/// <summary>
/// LLaVA-OneVision's prompt: ChatML with a space behind the role instead of a new line, none behind a turn, and several images without
/// anything between them.
/// </summary>
internal static partial class LlavaOneVisionPrompt
{
    /// <summary>The form.</summary>
    internal static PromptForm Form { get; } = new(
        "LLaVA-OneVision", "<|im_start|>user <image>\n{question}<|im_end|><|im_start|>assistant\n", "<image>", ["llava_onevision"],
        chatTemplate => Role().IsMatch(chatTemplate) && !BehindTurn().IsMatch(chatTemplate));

    // '<|im_start|>' + message['role'] + ' '
    [GeneratedRegex(@"<\|im_start\|>'\s*\+\s*message(\['role'\]|\.role)\s*\+\s*' '\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Role();

    // A new line or anything else that a turn ends with.
    [GeneratedRegex(@"<\|im_end\|>(\s|\\n|'\s*\+)", RegexOptions.CultureInvariant)]
    private static partial Regex BehindTurn();
}
