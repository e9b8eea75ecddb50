using System.Diagnostics;

namespace Fuzz.Engine;

/// <summary>What a reader must not do.</summary>
/// <param name="Kind">In one word: <c>exception</c>, <c>slow</c>, <c>allocation</c>, <c>memory</c>, <c>crash</c> or <c>hang</c>.</param>
/// <param name="Where">What tells this fault from another of its kind.</param>
/// <param name="Text">All that is known.</param>
internal sealed record Fault(string Kind, string Where, string Text)
{
    /// <summary>An exception that is none of ours, told from others by its type and by the first method of ours on its way.</summary>
    internal static Fault Of(Exception exception)
    {
        var frame = new StackTrace(exception).GetFrames().Select(each => each.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.Assembly.GetName().Name is "eos" or ['E', 'o', 's', ..]);
        return new("exception", $"{exception.GetType().Name}-{frame?.DeclaringType?.Name}.{frame?.Name}", exception.ToString());
    }

    /// <summary>A name for a file with such an input, without characters that a file system does not take.</summary>
    internal string FileName =>
        string.Concat($"{Kind}-{Where}".Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_'));
}
