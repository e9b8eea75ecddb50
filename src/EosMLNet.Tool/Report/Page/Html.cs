using System.Globalization;
using System.Net;

namespace EosMLNet.Tool.Report.Page;

/// <summary>Markup. What is put into a text that becomes markup is encoded, unless it is markup itself: no text can pass for it.</summary>
/// <param name="Markup">The text as the file has it.</param>
internal readonly record struct Html(string Markup)
{
    /// <summary>Markup with holes: their values are text, numbers, markup, or several of markup.</summary>
    internal static Html Of(FormattableString text) => new(string.Format(Encoder.Instance, text.Format, text.GetArguments()));

    /// <summary>One behind the other.</summary>
    internal static Html Of(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    /// <inheritdoc/>
    public override string ToString() => Markup;

    private sealed class Encoder : IFormatProvider, ICustomFormatter
    {
        internal static readonly Encoder Instance = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            Html html => html.Markup,
            IEnumerable<Html> parts => Of(parts).Markup,
            IFormattable number => WebUtility.HtmlEncode(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => WebUtility.HtmlEncode(arg?.ToString() ?? ""),
        };
    }
}
