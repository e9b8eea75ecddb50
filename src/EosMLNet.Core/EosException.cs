namespace EosMLNet;

/// <summary>
/// The one exception type of EosMLNet. Its <see cref="Code"/> names the fault (EOS1xxx input, EOS2xxx environment, EOS3xxx search,
/// EOS4xxx artifact; see <see cref="EosErrors"/>) and its message says what was found, what was expected and what to do.
/// </summary>
public sealed class EosException : Exception
{
    /// <summary>Makes an exception for one of the faults listed in <see cref="EosErrors"/>.</summary>
    /// <param name="code">The fault's code, for example <c>EOS1001</c>.</param>
    /// <param name="message">What was found, what was expected, what to do.</param>
    /// <param name="inner">The exception that revealed the fault, if any.</param>
    public EosException(string code, string message, Exception? inner = null)
        : base($"{code}: {message}", inner) => Code = code;

    /// <summary>The fault's code, for example <c>EOS1001</c>; it has a page in build/docs/diagnostics.</summary>
    public string Code { get; }
}
