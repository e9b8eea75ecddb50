
namespace EosMLNet.Checkpoints;

/// <summary>The <c>post_processor</c> of a <c>tokenizer.json</c>: the ids that are put around those of a text.</summary>
/// <param name="Before">Those before it, such as the one that begins a sequence.</param>
/// <param name="After">Those behind it.</param>
internal sealed record PromptEnds(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>Reads them; there are none where the file says nothing.</summary>
    /// <exception cref="EosException">EOS1009: an unknown post-processor, or a template without the text.</exception>
    internal static PromptEnds Read(JsonSection whole)
    {
        var ends = new PromptEnds([], []);
        foreach (var (type, json) in whole.Components("post_processor", "processors"))
        {
            if (type == "TemplateProcessing")
                ends = Template(json) is var (before, after) ? new([.. before, .. ends.Before], [.. ends.After, .. after]) : ends;
            else if (type != "ByteLevel") // that one moves offsets only
                throw json.Unknown("TemplateProcessing, ByteLevel");
        }
        return ends;
    }

    private static PromptEnds Template(JsonSection json)
    {
        var (before, after, texts) = (new List<int>(), new List<int>(), 0);
        foreach (var part in json.Sections("single"))
        {
            if (part.Find("Sequence") is not null)
                texts++;
            else
                (texts == 0 ? before : after).AddRange(Ids(json, part.Section("SpecialToken").RequiredText("id")));
        }
        return texts == 1 ? new(before, after) : throw json.Unsupported("single", $"a template with {texts} texts", "one text in it");
    }

    private static int[] Ids(JsonSection json, string token) =>
        json.Section("special_tokens").Section(token).Ints("ids") is { } ids && ids.All(id => id >= 0) ? ids
            : throw json.Unsupported("special_tokens", $"without ids of '{token}'", "those of each special token of the template");
}
