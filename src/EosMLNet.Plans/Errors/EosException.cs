namespace EosMLNet;

/// <summary>
/// The one exception type of EosMLNet. Its <see cref="Code"/> names the fault (EOS1xxx input, EOS2xxx environment, EOS3xxx search,
/// EOS4xxx artifact; see <see cref="EosErrors"/>) and its message says what was found, what was expected and what to do.
/// </summary>
/// <remarks>Where the fault lies in a file of text, <see cref="File"/> and <see cref="Line"/> name the place, for editors and build
/// logs.</remarks>
public sealed class EosException : Exception
{
    /// <summary>Makes an exception for one of the faults listed in <see cref="EosErrors"/>.</summary>
    /// <param name="code">The fault's code, for example <c>EOS1001</c>.</param>
    /// <param name="message">What was found, what was expected, what to do.</param>
    /// <param name="inner">The exception that revealed the fault, if any.</param>
    public EosException(string code, string message, Exception? inner = null)
        : base($"{code}: {message}", inner) => (Code, Detail) = (code, message);

    private EosException(string code, string file, int? line, string detail, Exception? inner)
        : base($"{code}: '{file}'{(line is { } number ? $" line {number}" : "")}: {detail}", inner) =>
        (Code, Detail, File, Line) = (code, detail, file, line);

    /// <summary>The fault's code, for example <c>EOS1001</c>; it has a page in build/docs/diagnostics.</summary>
    public string Code { get; }

    /// <summary>The message without the code and, where <see cref="Line"/> names one, without the place.</summary>
    public string Detail { get; }

    /// <summary>The file that the fault lies in; null where it lies in none, or in one that has no lines to point at.</summary>
    public string? File { get; init; }

    /// <summary>The line of <see cref="File"/>, counted from 1; null where no line is known.</summary>
    public int? Line { get; init; }

    /// <summary>Makes an exception for a fault in a file of text. Its message is the code, the place, and then the words given.</summary>
    /// <param name="code">The fault's code, for example <c>EOS1011</c>.</param>
    /// <param name="file">The file.</param>
    /// <param name="line">The line, counted from 1; null where the whole file is meant.</param>
    /// <param name="detail">What was found, what was expected, what to do; the place need not be in it.</param>
    /// <param name="inner">The exception that revealed the fault, if any.</param>
    public static EosException At(string code, string file, int? line, string detail, Exception? inner = null) =>
        new(code, file, line, detail, inner);
}
