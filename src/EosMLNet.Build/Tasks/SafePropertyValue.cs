using System.Globalization;
using System.Text;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// A path as a property that one project hands to another, on a way on which MSBuild splits at semicolons and unescapes more than once:
/// rare characters become <c>!hhhh</c>.
/// </summary>
internal static class SafePropertyValue
{
    /// <summary>A text as MSBuild writes it in an item or an attribute: it is unescaped once on the way.</summary>
    internal static string Escape(string text) =>
        string.Concat(text.Select(c => "%;*?@$'()".IndexOf(c) >= 0 ? $"%{(int)c:X2}" : c.ToString()));

    internal static string Encode(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var c in path)
            text.Append(char.IsLetterOrDigit(c) || c is '/' or '\\' or ':' or '.' or '_' or '-' or ' ' ? c.ToString() : $"!{(int)c:x4}");
        return text.ToString();
    }

    internal static string Decode(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '!')
            {
                text.Append(value[i]);
                continue;
            }
            text.Append((char)int.Parse(value.Substring(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 4;
        }
        return text.ToString();
    }
}
