namespace EosMLNet.Checkpoints;

/// <summary>The marks in the texts that users write.</summary>
internal static class PromptMarks
{
    /// <summary>The place of an image.</summary>
    internal const string Image = "<image>";

    /// <summary>The place of a video.</summary>
    internal const string Video = "<video>";

    /// <summary>The place of the question in a template.</summary>
    internal const string Question = "{question}";

    /// <summary>The place of the system text in a template.</summary>
    internal const string System = "{system}";

    /// <summary>How often a text has a mark.</summary>
    internal static int Count(string text, string mark) => text.AsSpan().Count(mark);
}
