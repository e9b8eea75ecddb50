namespace EosMLNet.Checkpoints;

/// <summary>One call.</summary>
/// <param name="Run">The run.</param>
/// <param name="Value">What a filter or a method is applied to; null for a function.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Named">Those with names.</param>
/// <param name="Line">Where it is called.</param>
internal sealed record TemplateCall(
    TemplateRun Run, object? Value, IReadOnlyList<object?> Arguments, IReadOnlyDictionary<string, object?> Named, int Line)
{
    /// <summary>An argument; <see cref="TemplateValue.Undefined"/> where there are fewer.</summary>
    internal object? this[int index] => index < Arguments.Count ? Arguments[index] : TemplateValue.Undefined;

    /// <summary>An argument that is a text.</summary>
    internal string Text(int index) => this[index] is TemplateText text ? text.Text
        : throw TemplateFault.At(Line, $"calls with {TemplateValue.Name(this[index])} where a text is expected");

    /// <summary>The value, which must be a text.</summary>
    internal TemplateText Subject => TemplateValue.Text(Value, Line);
}
