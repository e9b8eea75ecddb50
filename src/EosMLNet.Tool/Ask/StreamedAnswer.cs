using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Ask;

/// <summary>Writes an answer while its tokens come. What is written stays: a character that needs more tokens waits for them.</summary>
internal sealed class StreamedAnswer(VisionLanguageProcessor processor, EosConsole console)
{
    private const char Incomplete = '\uFFFD';

    private readonly List<int> ids = [];

    /// <summary>What is written.</summary>
    internal string Text { get; private set; } = "";

    /// <summary>Takes the next token.</summary>
    internal void Add(int id)
    {
        ids.Add(id);
        var text = processor.Decode([.. ids]);
        if (!text.EndsWith(Incomplete) && text.StartsWith(Text, StringComparison.Ordinal))
            Write(text);
    }

    /// <summary>Writes what is left, and ends the line.</summary>
    /// <param name="all">All tokens of the answer.</param>
    internal void End(int[] all)
    {
        var text = processor.Decode(all);
        if (text.StartsWith(Text, StringComparison.Ordinal))
            Write(text);
        Text = text;
        Write(text, end: true);
    }

    private void Write(string text, bool end = false) => console.Exclusively(() =>
    {
        console.Output.Write(console.Text.Of(text[Math.Min(Text.Length, text.Length)..]));
        if (end)
            console.Output.WriteLine();
        console.Output.Flush();
        Text = text;
    });
}
