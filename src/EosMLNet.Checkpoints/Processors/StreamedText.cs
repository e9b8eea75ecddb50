namespace EosMLNet.Checkpoints;

/// <summary>
/// The text of an answer while its tokens come. What was given stays: a character that needs more tokens waits for them. Used by one thread
/// at a time.
/// </summary>
/// <param name="processor">The model's processor.</param>
public sealed class StreamedText(VisionLanguageProcessor processor)
{
    private const char Incomplete = '\uFFFD';

    private readonly List<int> ids = [];

    /// <summary>What was given so far; behind <see cref="End"/> the whole answer.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Takes the next token.</summary>
    /// <param name="id">The token.</param>
    /// <returns>The text that it adds; empty where none is certain yet.</returns>
    public string Add(int id)
    {
        ids.Add(id);
        var text = processor.Decode([.. ids]);
        return text.EndsWith(Incomplete) ? "" : Grown(text);
    }

    /// <summary>Takes that there are no more tokens.</summary>
    /// <returns>The text that is left.</returns>
    public string End()
    {
        var text = processor.Decode([.. ids]);
        var rest = Grown(text);
        Text = text;
        return rest;
    }

    private string Grown(string text)
    {
        if (!text.StartsWith(Text, StringComparison.Ordinal))
            return "";
        var added = text[Text.Length..];
        Text = text;
        return added;
    }
}
