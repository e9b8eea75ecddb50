using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Ask;

/// <summary>Writes an answer while its tokens come.</summary>
internal sealed class StreamedAnswer(VisionLanguageProcessor processor, EosConsole console)
{
    private readonly StreamedText text = new(processor);

    /// <summary>What is written.</summary>
    internal string Text => text.Text;

    /// <summary>Takes the next token.</summary>
    internal void Add(int id) => Write(text.Add(id));

    /// <summary>Writes what is left, and ends the line.</summary>
    internal void End() => Write(text.End(), end: true);

    private void Write(string added, bool end = false) => console.Exclusively(() =>
    {
        console.Output.Write(console.Text.Of(added));
        if (end)
            console.Output.WriteLine();
        console.Output.Flush();
    });
}
