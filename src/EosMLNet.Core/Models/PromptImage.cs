namespace EosMLNet.Models;

/// <summary>An image as it stands in a prompt. Some models see less of one that is not alone.</summary>
/// <param name="Index">Which image.</param>
/// <param name="InPrompt">How many images the prompt has, this one among them.</param>
internal readonly record struct PromptImage(int Index, int InPrompt)
{
    /// <summary>The images of some prompts, one prompt behind the other.</summary>
    /// <param name="prompts">The images of each.</param>
    internal static IReadOnlyList<PromptImage> Of(IEnumerable<IReadOnlyList<int>> prompts) =>
        [.. prompts.SelectMany(images => images.Select(image => new PromptImage(image, images.Count)))];
}
